# Moves between states: R's multi-state survfit() on histories with late and
# repeated entry.
#
# Everybody is placed on every day 0 to `days` of the observation period, again
# from the definitions and not by the extension: in a state, out, or unknown.
# Of that a row for survfit() is one stay in a state, from its first day to the
# day on which it is seen to have ended:
#
#   - the next day in another state: an event, and a row of the same id follows;
#   - the next day out: an event, to a state of its own;
#   - the next day unknown, or the last day of the period: censored then.
#
# R's risk set at t is entry < t <= exit, that is who was in the state on the
# day before t.  Who is seen again, after being out or unknown, is a new id:
# out is left by nobody, and a matrix does not ask whose history a row is.
# (Jackknifed standard errors would; none are computed here.)  A stay that
# begins on the last day has nobody at risk and gives no row.
#
# survfit() answers with one vector of probabilities, from a distribution over
# states.  With p0 everybody begins in one state, which gives the row of the
# matrix; start.time leaves out what was before the horizon.  It keeps the
# events at that very time, so that it is put half a day after the horizon's
# beginning.  etm() has the whole matrix, and is asked as well.
source(file.path(Sys.getenv("EF_ORACLE"), "lib.R"))
set.seed(9, "Mersenne-Twister", "Inversion", "Rejection")
for (name in c("period", "stay"))
	collected[[name]] <- list()

pick <- function(from, n) from[sample.int(length(from), n, replace = TRUE)]

# --- Histories

# Where people are: a matrix of people by days 0 to `days`, of state names, of
# "" for unknown and NA for out.  Spells are laid over each other, those that
# count for more last: a later start, then a later end, then a later name; unknown
# is before all names.
places <- function(rows, days) {
	end <- ifelse(is.na(rows$end), Inf, rows$end)
	state <- ifelse(is.na(rows$state), "", rows$state)
	person <- match(rows$person, unique(rows$person))
	at <- matrix(NA_character_, max(person), days + 1)
	for (i in order(rows$start, end, state, method = "radix")) {
		day <- seq_len(days + 1) - 1
		at[person[i], day[day >= rows$start[i] & day < end[i]] + 1] <- state[i]
	}
	at
}

out <- "(out)"

# The rows for survfit().
stays <- function(at) {
	days <- ncol(at) - 1
	parts <- lapply(seq_len(nrow(at)), function(person) {
		x <- ifelse(is.na(at[person, ]), out, at[person, ])
		run <- rle(x)
		last <- cumsum(run$lengths) - 1
		first <- last - run$lengths + 1
		n <- length(last)
		stretch <- cumsum(run$values %in% c(out, ""))
		to <- c(run$values[-1], "")
		data.frame(id = paste(person, stretch), from = run$values, entry = first, exit = c(first[-1], days),
				   to = ifelse(to == "", "censored", to))[!run$values %in% c(out, "") & first < days, ]
	})
	do.call(rbind, parts)
}

# --- The matrix from the day `start` on

by_survfit_p0 <- function(h, state, start) {
	h <- h[h$exit > start, ]
	p <- diag(length(state) + 1)
	dimnames(p) <- list(c(state, out), c(state, out))
	# survfit() is not for data without events.
	if (all(h$to == "censored")) return(p)
	h$event <- factor(h$to, c("censored", state, out))
	h$istate <- factor(h$from, c(state, out))
	for (i in state) {
		fit <- survfit(Surv(entry, exit, event) ~ 1, data = h, id = id, istate = istate, se.fit = FALSE,
					   p0 = as.numeric(c(state, out) == i), start.time = start + 0.5)
		stopifnot(fit$states == c(state, out))
		p[i, ] <- fit$pstate[nrow(fit$pstate), ]
	}
	p
}

# What etm() calls: it would itself want to be told which transitions there are,
# and refuses somebody censored in a state that nobody left.
by_etm_matrix <- function(h, state, start) {
	h <- h[h$exit > start, ]
	number <- function(x) match(x, c(state, out), nomatch = 0)
	n <- length(state) + 1
	# Who was in a state before the horizon is at risk from its beginning.
	fit <- etm:::.etm(as.numeric(pmax(h$entry, start)), as.numeric(h$exit), number(h$from), number(h$to), n,
					  start, max(h$exit, start + 1), FALSE, 0)
	matrix(fit$est[, , dim(fit$est)[3]], n)
}

# --- Questions

day_of <- function(day) format(as.Date(day, origin = "1970-01-01"))

# Everything about one set of spells: days count from the period's beginning.
ask_mobility <- function(title, name, rows, days, as_of = "2024-02-29") {
	as_of <- as.integer(as.Date(as_of))
	from <- as_of - days
	collect("period", name, day_of(from), day_of(as_of))
	collect("stay", name, rows$person, rows$state, day_of(from + rows$start), day_of(from + rows$end))
	at <- places(rows, days)
	# A coming is dated by its first day and a move by the last day before it: who
	# is in a state on as_of only is seen there if he was in another the day before.
	moved <- !at[, days] %in% c("", NA)
	state <- sort(setdiff(unique(c(at[, seq_len(days)], at[moved, days + 1])), c("", NA)), method = "radix")
	h <- stays(at)
	if (is.null(h) || nrow(h) == 0) return(NULL)

	horizons <- unique(pmin(days, c(days, 1, 7, (days + 1) %/% 2)))
	largest <- 0
	for (horizon in horizons) {
		start <- days - horizon
		p <- by_survfit_p0(h, state, start)
		largest <- max(largest, abs(by_etm_matrix(h, state, start) - p))
		stopifnot(abs(rowSums(p) - 1) < 1e-12)
		# Nobody was at risk: not known.
		p[!rownames(p) %in% h$from[h$exit > start], ] <- NA
		id <- ask(paste0(title, ": matrix"), "matrix", name, until = paste(horizon, "days"))
		for (i in state) expect(id, "probability", p[i, ], match(i, state), colnames(p))
		if (horizon == days) {
			id <- ask(paste0(title, ": matrix, of all days"), "matrix", name)
			for (i in state) expect(id, "probability", p[i, ], match(i, state), colnames(p))
		}
	}

	ask_project(name, h, at, state, as_of = day_of(as_of), days)

	# Flows: events over time at risk.
	for (level in c(0.95, 0.8)) {
		id <- ask(paste0(title, ": flows"), "flows", name, level = level)
		for (i in state) {
			years <- sum((h$exit - h$entry)[h$from == i]) / 365.25
			moves <- table(h$to[h$from == i & h$to != "censored"])
			if (length(moves) == 0) next
			limits <- sapply(moves, function(n) poisson.test(n, years, conf.level = level)$conf.int)
			put <- function(quantity, value, ...)
				expect(id, quantity, value, match(i, state), names(moves), ...)
			put("moves", as.vector(moves), tolerance = count)
			put("person_years", rep(years, length(moves)))
			put("rate", as.vector(moves) / years)
			put("lower", limits[1, ])
			put("upper", limits[2, ])
		}
	}
	largest
}

# Headcounts to come over the matrix of the last year, and their limits: chance, and
# a Dirichlet distribution of each row of the matrix.  Each person's years are
# followed by powers of the matrix; what the rows add is a quadratic form of the
# derivatives, which are sums of outer products.
limits_by_matrix <- function(p, spent, stock, years, level) {
	n <- length(stock)
	p <- p[seq_len(n), seq_len(n), drop = FALSE]
	power <- list(diag(n))
	for (k in seq_len(years)) power[[k + 1]] <- power[[k]] %*% p
	people <- lapply(power, function(m) as.vector(stock %*% m))
	going <- sum(spent * (1 - diag(p))) / sum(spent)
	posterior <- (spent * p + diag(1 - going, n)) / (spent + 1)
	do.call(rbind, lapply(seq_len(years), function(k) do.call(rbind, lapply(seq_len(n), function(j) {
		g <- Reduce(`+`, lapply(seq_len(k), function(m) outer(people[[m]], power[[k - m + 1]][, j])))
		unknown <- sapply(seq_len(n), function(i)
			t(g[i, ]) %*% (diag(posterior[i, ], n) - outer(posterior[i, ], posterior[i, ])) %*% g[i, ] / (spent[i] + 2))
		reach <- power[[k + 1]][, j]
		far <- qnorm((1 + level) / 2) * sqrt(sum(stock * reach * (1 - reach)) + sum(unknown))
		headcount <- people[[k + 1]][j]
		data.frame(year = k, state = j, headcount = headcount,
				   lower = min(max(floor(headcount - far + 0.5 + 1e-9), 0), floor(headcount + 1e-9)),
				   upper = min(max(ceiling(headcount + far - 0.5 - 1e-9), ceiling(headcount - 1e-9), 0), sum(stock)),
				   unknown = sum(unknown))
	}))))
}

# etm()'s variance of the headcounts after a year, for a stock that is certain: that
# of Andersen, Borgan, Gill and Keiding (4.4.20).
etm_variance <- function(h, state, start, stock) {
	h <- h[h$exit > start, ]
	number <- function(x) match(x, c(state, out), nomatch = 0)
	n <- length(state) + 1
	fit <- etm:::.etm(as.numeric(pmax(h$entry, start)), as.numeric(h$exit), number(h$from), number(h$to), n,
					  start, max(h$exit), TRUE, 0)
	cov <- matrix(fit$cov[seq_len(n^4) + length(fit$cov) - n^4], n^2)
	sapply(seq_along(state), function(j) {
		cells <- (j - 1) * n + seq_along(state)
		as.numeric(stock %*% cov[cells, cells] %*% stock)
	})
}

ratios <- list()
ask_project <- function(name, h, at, state, as_of, days) {
	as_of <- as.Date(as_of)
	before <- as.POSIXlt(as_of)
	before$year <- before$year - 1
	before <- if (format(as_of, "%m-%d") == "02-29") as.Date(as.POSIXct(before)) - 1 else as.Date(before)
	start <- days - as.integer(as_of - before)
	if (start < 0) return(NULL)
	stock <- sapply(state, function(i) sum(at[, days + 1] %in% i & !at[, days] %in% c("", NA)))
	spent <- sapply(state, function(i) sum(at[, start + seq_len(days - start)] == i, na.rm = TRUE)) / 365.25
	p <- by_survfit_p0(h, state, start)
	stopifnot(state %in% h$from[h$exit > start])
	for (level in c(0.8, 0.95)) {
		expected <- limits_by_matrix(p, spent, stock, 4, level)
		id <- ask("headcounts to come", "project", name, level = level)
		for (what in c("headcount", "lower", "upper"))
			expect(id, what, expected[[what]], expected$year, state[expected$state], tolerance = if (what == "headcount") closed_form else count)
	}
	first <- expected$year == 1
	ratios[[name]] <<- expected$unknown[first] / etm_variance(h, state, start, stock)
}

# --- A tiny multi-state example of the package itself (tests/mstate.R): rows as
# it has them, with one id for each person, must give what spells do.

tiny <- read.table(text = "
	1  0  4 entry a
	1  4  9 a b
	1  9 10 b a
	2  0  5 entry b
	3  2  9 entry c
	4  0  2 entry a
	4  2  8 a c
	4  8  9 c censored
	5  1  3 entry b
	5  3 11 b censored", col.names = c("id", "entry", "exit", "from", "to"))
fit <- survfit(Surv(entry, exit, factor(to, c("censored", "entry", "a", "b", "c"))) ~ 1, data = tiny, id = id,
			   istate = factor(from, c("entry", "a", "b", "c")), se.fit = FALSE)
# Unknown from the last day seen on; one who moves on it is there for it.
last <- tiny[!duplicated(tiny$id, fromLast = TRUE), ]
moved <- last$to != "censored"
spells_of_tiny <- rbind(data.frame(person = tiny$id, start = tiny$entry, end = tiny$exit, state = tiny$from),
						data.frame(person = last$id, start = last$exit, end = last$exit + 1, state = last$to)[moved, ],
						data.frame(person = last$id, start = last$exit + moved, end = NA, state = NA))
for (day in fit$time) {
	p <- by_survfit_p0(stays(places(spells_of_tiny, day)), c("a", "b", "c", "entry"), 0)
	stopifnot(abs(p["entry", fit$states] - fit$pstate[fit$time == day, ]) < 1e-15, p["entry", out] == 0)
	ask_mobility("survival's tiny example", paste("tiny,", day), spells_of_tiny, day)
}

# --- At random

# Stays of n people one after another, with gaps, some of them unknown; some have
# another one at the same time.
draw <- function(n, states, days, lengths, gaps = c(0, 0, 0, 1, 2, 5), unknown = 0.1, double = 0.2, until = 0.5) {
	parts <- lapply(seq_len(n), function(person) {
		k <- sample(6, 1)
		length <- pick(lengths, k)
		gap <- pick(gaps, k)
		start <- pick(-max(lengths):days, 1) + c(0, cumsum(length + gap)[-k])
		rows <- data.frame(person = person, start = start, end = start + length, state = pick(states, k))
		if (runif(1) < until) rows$end[k] <- NA
		if (runif(1) < double) rows <- rbind(rows, transform(rows[sample(k, 1), ], state = pick(states, 1), end = end + pick(0:3, 1)))
		rows$state[runif(nrow(rows)) < unknown] <- NA
		rows
	})
	rows <- do.call(rbind, parts)
	rows[sample.int(nrow(rows)), ]
}
regions <- c("Skåne", "Örebro", "a", "B", "Gotland", "Dalarna", "Blekinge", "Västra Götaland")
some <- function(n) regions[seq_len(n)]
kinds <- list(
	"few days" = function() list(draw(sample(2:20, 1), some(sample(2:4, 1)), 10, 0:5), sample(3:10, 1)),
	"many people" = function() list(draw(200, some(5), 60, 1:40), 60),
	"a year" = function() list(draw(60, some(6), 366, 20:200, gaps = c(0, 0, 0, 1, 30)), 366),
	"many states" = function() list(draw(40, c(regions, paste("unit", 1:12)), 40, 1:15), 40),
	"a staff" = function() list(draw(400, some(4), 366, 100:900, gaps = c(0, 0, 0, 1, 30), unknown = 0.02, double = 0), 366),
	"few people" = function() list(draw(sample(1:3, 1), some(3), 20, 1:10), 20),
	"nobody leaves" = function() list(draw(30, some(4), 40, 3:15, gaps = 0, unknown = 0, until = 1), 40),
	"nobody moves" = function() list(draw(30, "a", 40, 3:15), 40),
	"comings and goings" = function() list(draw(60, some(3), 30, 1:3, gaps = 0:2), 30),
	"much unknown" = function() list(draw(60, some(4), 40, 1:10, unknown = 0.5), 40))
largest <- 0
n <- 0
for (kind in names(kinds)) for (i in seq_len(if (kind %in% c("few days", "few people")) 12 else 3)) {
	drawn <- kinds[[kind]]()
	difference <- ask_mobility("random histories", paste0(kind, ", ", i), drawn[[1]], drawn[[2]],
							   as_of = pick(c("2024-02-29", "2023-12-31", "2000-03-01"), 1))
	n <- n + !is.null(difference)
	largest <- max(largest, difference)
}
# R's two functions agree with each other.
stopifnot(n >= 35, largest < 1e-12)
# What is not known of a matrix is about what etm() says of it: not the same, as the
# rows here are those of a year, and one person's year is added.
ratio <- unlist(ratios[grep("^a staff", names(ratios))])
stopifnot(length(ratio) == 12, ratio > 0.9, ratio < 1.5)
cat(sprintf("the variance of a headcount by the matrix is %.2f to %.2f of etm's\n", min(ratio), max(ratio)))
cat(sprintf("%d sets of random histories; survfit and etm differ by %.0e at most\n", n, largest))

write_table("period", c("name", "observed_from", "as_of"))
write_table("stay", c("name", "person", "state", "start_date", "end_date"))
finish()
