# What the funnel themes share: everybody's chain from rows of events, the
# multi-state model that the chains are, and what R answers about it.
#
# Chains are found here again, from the definitions and not by the extension.
# A day is a whole number of days since 1970.

source(file.path(Sys.getenv("EF_ORACLE"), "lib.R"))
for (name in c("funnel", "event"))
	collected[[name]] <- list()

# --- Chains

funnel_spec <- function(stages, within = NA, as_of = NA, exits = character())
	list(stages = stages, within = within, as_of = as_of, exits = exits)

# The last day within a window that opens on some days.  A day that the month
# does not have is its last one.
limit <- function(day, within) {
	if (is.na(within)) return(rep(Inf, length(day)))
	part <- strsplit(within, " ")[[1]]
	n <- as.integer(part[1])
	unit <- sub("s$", "", part[2])
	if (unit == "day") return(day + n)
	begin <- as.POSIXlt(as.Date(day, origin = "1970-01-01"))
	month <- begin$year * 12 + begin$mon + n * c(month = 1, year = 12)[[unit]]
	first <- function(month) as.integer(as.Date(sprintf("%d-%02d-01", 1900 + month %/% 12, month %% 12 + 1)))
	pmin(first(month) + begin$mday - 1, first(month + 1) - 1)
}

# Whose starts come after an exit of the same day, which ended an earlier chain:
# there was a start before that day, within the window, and no exit since.
begins_anew <- function(rows, spec, start) {
	anew <- rep(FALSE, nrow(start))
	exits <- split(rows$at[rows$stage %in% spec$exits], rows$person[rows$stage %in% spec$exits])
	for (p in intersect(names(exits), unique(start$person[paste(start$person, start$at) %in%
		paste(rows$person, rows$at)[rows$stage %in% spec$exits]]))) {
		mine <- which(start$person == p)
		mine <- mine[order(start$at[mine])]
		there <- -Inf
		for (day in sort(unique(c(start$at[mine], exits[[p]])))) {
			i <- mine[start$at[mine] == day]
			left <- day %in% exits[[p]]
			if (left && length(i) == 1 && day <= there) anew[i] <- TRUE
			if (left) there <- -Inf
			if (length(i) == 1 && (!left || anew[i])) there <- max(there, limit(day, spec$within))
		}
	}
	anew
}

# Everybody's chain, of rows of `person` (whole numbers), `stage` and `at`
# (days), in the default mode:
#   t        a column for each stage, the day on which it was reached, else Inf
#   length   how many were
#   outcome  completed, exited, pending, lost
#   left     the day of that outcome; NA if there is none
#
# Between the first and the last event of a chain there is no exit, since there
# is none between any two that follow each other.  So from a given start the
# chain goes on to the earliest next stage, as long as that comes no later than
# the end of the window and the first exit; and the furthest of all starts
# counts, of those the earliest.
chains <- function(rows, spec) {
	as_of <- if (is.na(spec$as_of)) Inf else as.integer(as.Date(spec$as_of))
	rows <- rows[rows$at < as_of, ]
	# By person, then by day.
	key <- function(person, at) person * 1e6 + at
	next_at <- function(stages, person, at) {
		some <- rows$stage %in% stages
		events <- c(sort(key(rows$person[some], rows$at[some])), Inf)
		found <- events[findInterval(key(person, at), events, left.open = TRUE) + 1]
		found[is.na(found) | found >= key(person + 1, 0)] <- Inf
		found - person * 1e6
	}
	n <- length(spec$stages)
	start <- unique(rows[rows$stage == spec$stages[1], c("person", "at")])
	person <- start$person
	closes <- limit(start$at, spec$within)
	anew <- begins_anew(rows, spec, start)
	last <- pmin(closes, next_at(spec$exits, person, start$at + anew))
	t <- matrix(Inf, nrow(start), n)
	t[, 1] <- start$at
	for (i in seq_len(n)[-1]) {
		at <- next_at(spec$stages[i], person, t[, i - 1])
		t[, i] <- ifelse(at <= last, at, Inf)
	}
	length <- rowSums(is.finite(t))

	best <- order(person, -length, start$at)
	best <- best[!duplicated(person[best])]
	person <- person[best]
	anew <- anew[best]
	t <- t[best, , drop = FALSE]
	length <- length[best]
	closes <- closes[best]
	reached <- t[cbind(seq_along(length), length)]
	exit <- next_at(spec$exits, person, reached + (anew & reached == t[, 1]))
	outcome <- ifelse(length == n, "completed",
			   ifelse(is.finite(exit) & exit <= closes, "exited",
			   ifelse(is.finite(as_of) & closes >= as_of, "pending", "lost")))
	left <- ifelse(outcome == "exited", exit, ifelse(outcome == "pending", as_of - 1, closes))
	left[outcome == "completed" | !is.finite(left)] <- NA
	list(person = person, t = t, length = length, outcome = outcome, left = left)
}

# How many reached each stage, and what became of them.
stage_counts <- function(ch) {
	stage <- seq_len(ncol(ch$t))
	of <- function(what) sapply(stage, function(i) sum(ch$length == i & ch$outcome == what))
	entered <- sapply(stage, function(i) sum(ch$length >= i))
	list(entered = entered, converted = c(entered[-1], NA), pending = of("pending"), exited = of("exited"),
		 lost = of("lost"))
}

exactly_0_or_1 <- function(p) ifelse(abs(p) < 1e-14, 0, exactly_1(p))

# --- The model
#
# States are the stages (s1, s2, ...), and for each but the last those who left
# from it by an exit (x1, ...) or when the window closed (l1, ...).  So who has
# reached stage i is in none of the states of an earlier number.
#
# A day is a hundred units of time: those who go on do so in its first units,
# from stage 1 first; then come exits, the closing of windows, and censorings.
# So who came to a stage on a day is at risk to go on from it on that day.
exit_unit <- 50
lost_unit <- 60
pending_unit <- 70

# The last day, on the clock of the chain, on which anything is known.
observed_days <- function(ch) {
	days <- c(ch$t, ch$left) - ch$t[, 1]
	max(days[is.finite(days)])
}

# Rows for survfit() and etm(): one for each stay in a stage.  Who is lost
# without a window stays to the end.
histories <- function(ch) {
	n <- ncol(ch$t)
	unit <- c(exited = exit_unit, lost = lost_unit, pending = pending_unit)
	letter <- c(exited = "x", lost = "l")
	end <- 100 * (observed_days(ch) + 1)
	day <- ch$t - ch$t[, 1]
	left <- ch$left - ch$t[, 1]
	stays <- lapply(seq_len(n - 1), function(i) {
		here <- ch$length >= i
		on <- ch$length > i
		stop <- ifelse(on, 100 * day[, i + 1] + i,
				ifelse(is.na(left), end, 100 * left + unit[ch$outcome]))
		to <- ifelse(on, paste0("s", i + 1),
			  ifelse(is.na(left) | ch$outcome == "pending", "censored", paste0(letter[ch$outcome], i)))
		data.frame(id = seq_along(here), from = paste0("s", i),
				   entry = if (i == 1) 0 else 100 * day[, i] + i - 1, exit = stop, to = to)[here, ]
	})
	h <- do.call(rbind, stays)
	h[order(h$id, h$entry), ]
}

# The same with all moves of a day as one, from the state at its beginning to
# that at its end, and all at the same time: what a data set with a row for
# each day would give.
direct_histories <- function(ch) {
	h <- histories(ch)
	day <- h$exit %/% 100
	first <- !duplicated(data.frame(h$id, day))
	last <- !duplicated(data.frame(h$id, day), fromLast = TRUE)
	d <- data.frame(id = h$id[first], from = h$from[first], exit = day[first], to = h$to[last])
	# Censored on the day of a move: the move is what is seen.
	moved <- d$to == "censored" & h$from[last] != d$from
	d$to[moved] <- h$from[last][moved]
	before <- c(NA, d$exit[-nrow(d)])
	d$entry <- ifelse(duplicated(d$id), before, -1)
	d
}

states <- function(n) c(paste0("s", seq_len(n)), paste0("x", seq_len(n - 1)), paste0("l", seq_len(n - 1)))
number <- function(state) as.integer(substring(state, 2))
is_stage <- function(state) substring(state, 1, 1) == "s"

multi_state <- function(h, states, ...) {
	# All in one data frame: survfit() looks variables up in a way of its own.
	h$event <- factor(h$to, c("censored", states))
	h$state <- factor(h$from, states)
	survfit(Surv(entry, exit, event) ~ 1, data = h, id = id, istate = state, ...)
}

# survfit()'s Aalen-Johansen estimate: times, the probability of having reached
# each stage by then, and that of being in it at the end.
reached_by_survfit <- function(h, n) {
	if (all(h$to == "censored"))
		return(list(time = 0, p = cbind(1, matrix(0, 1, n - 1)), stays = c(1, rep(0, n - 1))))
	fit <- multi_state(h, states(n), se.fit = FALSE)
	p <- sapply(seq_len(n), function(i) 1 - rowSums(fit$pstate[, number(fit$states) < i, drop = FALSE]))
	stays <- fit$pstate[nrow(fit$pstate), match(paste0("s", seq_len(n)), fit$states)]
	list(time = fit$time, p = exactly_0_or_1(matrix(p, ncol = n)), stays = stays)
}

# The standard error of having reached stage i at the end that survfit() has,
# an infinitesimal jackknife over people: from the model that ends there.
jackknife <- function(h, i) {
	state <- c(paste0("s", seq_len(i)), "gone")
	h <- h[number(h$from) < i, ]
	h$to[!is_stage(h$to) & h$to != "censored"] <- "gone"
	fit <- multi_state(h, state)
	end <- nrow(fit$pstate)
	column <- match(paste0("s", i), fit$states)
	c(p = fit$pstate[end, column], se = fit$std.err[end, column])
}

# etm()'s estimate at the end: of having reached each stage, and the covariances
# of these, of Greenwood's type (Andersen et al. 1993, 4.4.19).  etm() itself
# sets negative covariances to 0, so what it calls is called here.  Exits and
# closed windows are one state a stage: the fewer states, the faster.
reached_by_etm <- function(h, n) {
	state <- c(paste0("s", seq_len(n)), paste0("g", seq_len(n - 1)))
	to <- match(sub("^[xl]", "g", h$to), state, nomatch = 0)
	fit <- etm:::.etm(h$entry, h$exit, match(h$from, state), to, length(state), 0, max(h$exit), TRUE, 0)
	last <- dim(fit$est)[3]
	# Reached i: in a state of that number or a later one.
	sums <- outer(seq_len(n), number(state), "<=") * 1
	# Matrices of states by states, one column after the other, as one vector:
	# of these the first row.
	first_row <- 1 + length(state) * (seq_along(state) - 1)
	list(p = drop(sums %*% fit$est[1, , last]),
		 cov = sums %*% fit$cov[first_row, first_row, last] %*% t(sums))
}

# The clock of stage i: how those who reached it went on, exits and closed
# windows competing.
stage_clock <- function(ch, i) {
	here <- ch$length >= i
	on <- ch$length[here] > i
	outcome <- ifelse(on, "converted", ch$outcome[here])
	time <- ifelse(on, ch$t[here, i + 1], ch$left[here]) - ch$t[here, i]
	end <- max(time, 0, na.rm = TRUE)
	# Lost without a window.
	outcome[is.na(time)] <- "pending"
	time[is.na(time)] <- end + 1
	fit <- survfit(Surv(time, factor(outcome, c("pending", "converted", "exited", "lost"))) ~ 1, se.fit = FALSE)
	list(time = fit$time, p = exactly_0_or_1(fit$pstate[, match("converted", fit$states)]),
		 stays = fit$pstate[nrow(fit$pstate), 1],
		 last = end)
}

# --- Limits

# Wilson (1927).
wilson <- function(p, n, level) {
	z <- qnorm((1 + level) / 2)
	middle <- p + z^2 / (2 * n)
	half <- z * sqrt(p * (1 - p) / n + z^2 / (4 * n^2))
	cbind((middle - half), (middle + half)) / (1 + z^2 / n)
}

# The number of people in which p would have that variance; where it has none
# (p is 0 or 1), those of whom it is known what became of them.
effective <- function(p, variance, known) ifelse(p > 0 & p < 1, p * (1 - p) / variance, ifelse(known > 0, known, NA))

# --- Questions

# A funnel: of the events of a data set, or of a part of it.
collect_funnel <- function(name, spec, data = name, part = NA) {
	array <- function(x) paste0("{", paste(x, collapse = ","), "}")
	collect("funnel", name, data, part, array(spec$stages), spec$within, spec$as_of, array(spec$exits))
}

collect_events <- function(data, rows, part = NA)
	collect("event", data, part, rows$person, rows$stage, format(as.Date(rows$at, origin = "1970-01-01")))

finish_funnel <- function() {
	write_table("funnel", c("name", "data", "part", "stages", "within", "as_of", "exits"))
	write_table("event", c("data", "part", "person", "stage", "at"))
	finish()
}

# The first day on which a curve has come to a share of where it ends.  A tie
# of the two is one although they are rounded.
first_day <- function(time, p, share) {
	end <- p[length(p)]
	if (end == 0) return(NA)
	time[which(p >= share * end - 1e-12)[1]]
}

# Everything about one funnel, whose summary the extension makes of the rows.
# Answers R's estimates of having reached each stage.
ask_funnel <- function(title, name, ch, spec, days, levels = c(0.95, 0.80)) {
	n <- length(spec$stages)
	stage <- seq_len(n)
	counts <- stage_counts(ch)
	h <- histories(ch)
	fit <- reached_by_survfit(h, n)
	end <- nrow(fit$p)
	cumulative <- fit$p[end, ]
	conversion <- c(cumulative[-1], NA) / ifelse(counts$entered > 0, cumulative, NA)
	clocks <- lapply(stage[-n], function(i) if (counts$entered[i] > 0) stage_clock(ch, i))

	id <- ask(paste0(title, ": stages"), "stages", name, level = levels[1])
	put <- function(quantity, value, ...) expect(id, quantity, value, stage, spec$stages, ...)
	for (quantity in names(counts)) {
		value <- counts[[quantity]]
		if (quantity != "entered") value[n] <- NA
		put(quantity, value, tolerance = count)
	}
	put("cumulative", cumulative)
	put("conversion", exactly_1(conversion))
	put("median_days", sapply(stage, function(i)
		if (i == n || is.null(clocks[[i]])) NA else first_day(clocks[[i]]$time, clocks[[i]]$p, 0.5)),
		tolerance = count)
	put("observed_days", rep(observed_days(ch), n), tolerance = count)

	etm <- if (all(h$to == "censored")) list(p = cumulative, cov = matrix(0, n, n)) else reached_by_etm(h, n)
	stopifnot(abs(etm$p - cumulative) < 1e-12)
	v <- diag(etm$cov)
	# A sum of terms that cancel where it is 0.
	v[v < 1e-17] <- 0
	# The delta method for a ratio.
	i <- stage[-n]
	c <- exactly_1(conversion[-n])
	vc <- (v[i + 1] - 2 * c * etm$cov[cbind(i, i + 1)] + c^2 * v[i]) / cumulative[i]^2
	n_cumulative <- effective(cumulative, v, counts$entered[1] - c(0, cumsum(counts$pending))[stage])
	n_conversion <- effective(c, vc, counts$entered[i] - counts$pending[i])
	for (level in levels) {
		if (level != levels[1]) id <- ask(paste0(title, ": stages"), "stages", name, level = level)
		w <- wilson(cumulative, n_cumulative, level)
		w[1, ] <- 1
		put("cumulative_lower", w[, 1], tolerance = 1e-9)
		put("cumulative_upper", w[, 2], tolerance = 1e-9)
		w <- rbind(wilson(c, n_conversion, level), NA)
		put("lower", w[, 1], tolerance = 1e-9)
		put("upper", w[, 2], tolerance = 1e-9)
	}

	# By days: from the first stage on the clock of the chain, from the one
	# before on that of the stage.
	with_as_of <- !is.na(spec$as_of)
	last <- observed_days(ch)
	for (by in c(NA, days)) {
		day <- if (is.na(by)) NA else days_of(by)
		put <- function(from, to, value)
			expect(ask(paste0(title, ": conversion by days"), "conversion", name, spec$stages[from], until = by,
					   method = spec$stages[to]), "conversion", value)
		for (k in stage[-1]) {
			open <- with_as_of && sum(fit$stays[stage < k]) > 1e-12
			put(1, k, if (is.na(by)) cumulative[k]
				else if (day > last && open) NA
				else step_at(100 * day + 99, fit$time, fit$p[, k], 0))
			if (k == 2) next
			clock <- clocks[[k - 1]]
			put(k - 1, k, if (is.na(by)) conversion[k - 1]
				else if (is.null(clock)) NA
				else if (day > clock$last && with_as_of && clock$stays > 1e-12) NA
				else step_at(day, clock$time, clock$p, 0))
		}
	}
	for (share in c(0.1, 0.25, 0.5, 0.75, 1)) {
		put <- function(from, to, value)
			expect(ask(paste0(title, ": days"), "days", name, spec$stages[from], level = share,
					   method = spec$stages[to]), "days", value, tolerance = count)
		for (k in stage[-1]) {
			put(1, k, first_day(fit$time %/% 100, fit$p[, k], share))
			if (k == 2) next
			clock <- clocks[[k - 1]]
			put(k - 1, k, if (is.null(clock)) NA else first_day(clock$time, clock$p, share))
		}
	}
	# Each stage for itself, multiplied: what one should not do.
	product <- prod(sapply(clocks, function(clock) if (is.null(clock)) NA else clock$p[length(clock$p)]))
	list(histories = h, cumulative = cumulative, se = sqrt(v), product = product)
}
