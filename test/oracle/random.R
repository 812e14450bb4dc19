# Small data made up to be difficult: ties, late entry, nobody at risk for a
# while, a curve that reaches 0 before the last have entered, nobody leaving.
source(file.path(Sys.getenv("EF_ORACLE"), "lib.R"))
set.seed(20, "Mersenne-Twister", "Inversion", "Rejection")

pick <- function(from, n) from[sample.int(length(from), n, replace = TRUE)]
why <- c("retirement", "quit", "\u00f6vrigt \"x\"")

# n spells that end on one of some days, a share of them (`late`) entered
# late, and a share (`gone`) ended by leaving.
draw <- function(n, days, late = 0, gone = 0.6, reasons = why) {
	time <- pick(days, n)
	reason <- ifelse(runif(n) < gone, pick(reasons, n), NA)
	entry <- ifelse(runif(n) < late & time >= 2, 1 + floor(runif(n) * (time - 1)), -1)
	spells(time, reason, entry)
}
size <- function() sample(2:50, 1)

kinds <- list(
	"few ties" = function() draw(size(), 0:60),
	"ties" = function() draw(size(), 0:5),
	"late" = function() draw(size(), 0:40, late = 0.5),
	"late and ties" = function() draw(size(), 0:6, late = 0.5),
	"all late" = function() draw(size(), 2:30, late = 1),
	"many reasons" = function() draw(size(), 0:30, late = 0.3, gone = 0.9, reasons = letters),
	"all leave" = function() draw(size(), 0:20, late = 0.3, gone = 1),
	"all for one reason" = function() draw(size(), 0:20, gone = 1, reasons = "quit"),
	"nobody leaves" = function() draw(size(), 0:20, late = 0.5, gone = 0),
	"day 0" = function() rbind(draw(size(), 0, gone = 0.5), draw(size(), 0:10, late = 0.3)),
	"one" = function() draw(1, 0:9, late = 0.5),
	"zero early" = function() rbind(draw(3, 1:4, gone = 1), transform(draw(size(), 2:20, late = 1),
																	   entry = entry + 6, time = time + 6)),
	"gap" = function() rbind(draw(size(), 0:8), transform(draw(size(), 2:20, late = 1),
														   entry = entry + 12, time = time + 12)),
	# The curve is 0.5 for a while, or to its end.
	"half" = function() {
		n <- sample(1:8, 1)
		rbind(spells(rep(pick(3:6, 1), n), "quit"), draw(n, 8:15, gone = 0.5))
	})

title <- "random data"
for (kind in names(kinds)) for (i in 1:5) {
	name <- paste(kind, i)
	s <- kinds[[kind]]()
	from_counts(name, s)
	ask_curve(title, name, s)
	ask_curve(title, name, s, "1 week", methods = "log-log", levels = c(0.5, 0.999))
	ask_incidence(title, name, s)
	ask_values(title, name, s, c("0 days", "2 days", "1 week", "1 month", paste(last_day(s) + 0:1, "days")))

	# Groups at random, or one after the other, which are then hardly or never
	# at risk together.
	k <- sample(2:4, 1)
	group <- if (i %% 2 == 0) sample(k, nrow(s), TRUE) else ceiling(k * rank(s$time) / nrow(s))
	stratum <- sample(c("", "s1", "s2"), nrow(s), TRUE)
	functions <- function(group, stratum) {
		n <- risk_sets(s, by_bytes(group), stratum)
		# R's others want every group in the test, and more than one day.
		full <- by_exact(s, by_bytes(group), stratum)$df == nlevels(by_bytes(group)) - 1
		if (full && sum(colSums(n, dims = 2) > 1) > 1) tests_for(s) else "coxph exact"
	}
	none <- rep("", nrow(s))
	ask_log_rank(paste0(title, ": log-rank"), paste0(name, ", by group"), s, group, by = functions(group, none))
	ask_log_rank(paste0(title, ": stratified log-rank"), paste0(name, ", stratified"), s, group, stratum,
				 by = functions(group, stratum))
	group <- pmin(group, 2)
	if (length(unique(group)) == 2)
		ask_compare(paste0(title, ": two groups"), paste0(name, ", two"), s, group, by = functions(group, none))
}

# Rows, with all the ways in which a spell can lie to a period of observation.
for (i in 1:15) {
	name <- paste("dates", i)
	n <- sample(1:80, 1)
	from <- if (i %% 3 == 0) NA else as.Date("2020-01-15")
	as_of <- as.Date("2020-03-01") + sample(0:30, 1)
	start <- as.Date("2020-02-01") + sample(-40:60, n, TRUE)
	end <- start + ifelse(runif(n) < 0.3, NA, sample(0:50, n, TRUE))
	reason <- ifelse(is.na(end), NA, pick(c(why, NA), n))
	s <- observe(start, end, reason, from, as_of)
	if (nrow(s) == 0) next
	collect("spell", name, format(start), format(end), reason, if (is.na(from)) NA else format(from),
			format(as_of))
	from_counts(paste0(name, ", counts"), s, if (!is.na(from)) format(from), format(as_of))
	expect(ask("random dates: built from rows or from counts", "equal", name, paste0(name, ", counts")),
		   "equal", 1, tolerance = count)
	ask_curve("random dates", name, s)
	ask_incidence("random dates", name, s)
}
finish()
