# Funnels of small data made up to be difficult: ties, several stages on one
# day, exits on the day of a stage, repeats, short windows, calendar months,
# few people, everybody gone, nobody converted, nobody left to be seen.
source(file.path(Sys.getenv("EF_ORACLE"), "lib_funnel.R"))
set.seed(6, "Mersenne-Twister", "Inversion", "Rejection")

pick <- function(from, n) from[sample.int(length(from), n, replace = TRUE)]
day_0 <- as.integer(as.Date("2023-12-25"))
names_of <- c("applied", "admitted", "registered", "term 2", "graduated", "established")

# Events of n people: each begins on one of some days, and goes on to the next
# stage with some probability, after one of some waits.  To that come exits
# (after one of the waits, in place of a stage), repeats of stages and events at
# random, which make chains that compete.
draw <- function(n, stages, starts = 0:60, waits = 0:20, on = 0.75, exit = 0.2, noise = 0.3) {
	k <- length(stages)
	people <- lapply(seq_len(n), function(person) {
		at <- cumsum(c(pick(starts, 1), pick(waits, k - 1)))
		went <- cumprod(c(1, runif(k - 1) < on)) == 1
		stage <- ifelse(went, stages, NA)
		# Where somebody stopped, an exit may come instead.
		stop <- which(!went)[1]
		if (!is.na(stop) && runif(1) < exit) stage[stop] <- pick(c("left", "moved"), 1)
		rows <- data.frame(person = person, stage = stage, at = at)[!is.na(stage), ]
		more <- rbinom(1, 3, noise)
		if (more > 0)
			rows <- rbind(rows, data.frame(person = person, at = pick(at, more) + pick(-3:3, more),
										   stage = pick(c(stages, "left", "other"), more)))
		rows
	})
	rows <- do.call(rbind, people)
	rows$at <- rows$at + day_0
	rows[sample.int(nrow(rows)), ]
}
size <- function() sample(2:60, 1)
some_stages <- function(n = sample(2:5, 1)) names_of[seq_len(n)]

kinds <- list(
	"few ties" = function(st) draw(size(), st, 0:200, 0:60),
	"ties" = function(st) draw(size(), st, 0:20, 0:3, exit = 0.5),
	"same day" = function(st) draw(size(), st, 0:10, c(0, 0, 0, 1), exit = 0.7),
	"one day" = function(st) draw(size(), st, 0, 0, exit = 0.7, noise = 0),
	"repeats" = function(st) draw(size(), st, 0:40, 0:10, noise = 0.9),
	"everybody exits" = function(st) draw(size(), st, 0:40, 0:10, on = 0.5, exit = 1, noise = 0),
	"nobody converts" = function(st) draw(size(), st, 0:40, 0:10, on = 0, exit = 0.4, noise = 0),
	"everybody converts" = function(st) draw(size(), st, 0:40, 0:10, on = 1, noise = 0),
	"nobody at the end" = function(st) subset(draw(size(), st, on = 0.9), stage != st[length(st)]),
	"few people" = function(st) draw(sample(2:5, 1), st, 0:30, 0:10),
	"one person" = function(st) draw(1, st, 0:30, 0:10))
specs <- list(
	"all seen" = list(NA, NA),
	"window" = function() list(paste(sample(5:40, 1), "days"), NA),
	"month" = function() list(pick(c("1 month", "2 months"), 1), NA),
	"no time" = function() list("0 days", NA),
	"pending" = function() list(NA, sample(15:70, 1)),
	"pending, window" = function() list(paste(sample(10:45, 1), "days"), sample(15:80, 1)),
	"pending, month" = function() list(pick(c("1 month", "2 months"), 1), sample(15:80, 1)))

n <- 0
for (kind in names(kinds)) for (of in names(specs)) {
	st <- some_stages()
	rows <- kinds[[kind]](st)
	s <- if (is.function(specs[[of]])) specs[[of]]() else specs[[of]]
	spec <- funnel_spec(st, s[[1]], if (is.na(s[[2]])) NA else format(as.Date(day_0 + s[[2]], origin = "1970-01-01")),
						pick(list(character(), "left", c("left", "moved")), 1)[[1]])
	ch <- chains(rows, spec)
	# Nobody begins: another theme's business.
	if (length(ch$person) == 0) next
	name <- paste0(kind, ", ", of)
	collect_events(name, rows)
	collect_funnel(name, spec)
	title <- if (is.na(spec$as_of)) "random data, nobody pending" else "random data, pending"
	fit <- ask_funnel(title, name, ch, spec, c("0 days", "1 day", "5 days", "2 weeks", "1 month",
										paste(observed_days(ch) + 0:1, "days")))
	# Both standard errors are the same where nobody is pending.
	if (is.na(spec$as_of)) for (i in which(fit$cumulative > 0 & fit$cumulative < 1))
		stopifnot(abs(jackknife(fit$histories, i)[["se"]] - fit$se[i]) < 1e-12)
	n <- n + 1
}
stopifnot(n >= 50)
finish_funnel()
