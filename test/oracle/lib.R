# What the themes (test/oracle/*.R) share: data as survival wants it, what R
# answers about it, and the files in which the questions and R's answers
# reach compare.sql.
#
# A data set is a data frame with a row for each spell:
#   entry   the day on which somebody came under observation late, else -1
#   time    the day on which they left or were last seen
#   reason  why they left; NA if they did not
# Days count from the start of the spell.  One who is observed from the start
# is at risk on day 0 too, and can leave on it, as a summary has it.  R wants
# entry < time, so such a spell enters on day -1.

suppressPackageStartupMessages({
	library(survival)
	library(etm)
})
options(warn = 1, stringsAsFactors = FALSE)

# Tolerances are relative to max(1, |R's value|).
closed_form <- 1e-12
iterative <- 1e-8
count <- 0

# --- Data

spells <- function(time, reason, entry = -1)
	data.frame(entry = as.integer(entry), time = as.integer(time), reason = as.character(reason))

# What is seen of spells, given as dates, in a period of observation.  Answers
# the data set, with `seen` as an attribute: which rows are in it.
observe <- function(start, end, reason, from, as_of) {
	day <- function(date) as.integer(as.Date(date))
	from <- if (is.na(from)) -Inf else day(from)
	start <- day(start)
	end <- ifelse(is.na(end), Inf, day(end))
	seen <- start < day(as_of) & (start >= from | end > from)
	s <- spells(time = pmin(end, day(as_of)) - start,
				reason = ifelse(end > day(as_of), NA, ifelse(is.na(reason), "unknown", reason)),
				entry = ifelse(start < from, from - start, -1))[seen, ]
	attr(s, "seen") <- seen
	s
}

left <- function(s) !is.na(s$reason)
anybody_late <- function(s) any(s$entry >= 0)
# Byte order, as the extension has it.
reasons <- function(s) sort(unique(s$reason[left(s)]), method = "radix")
last_day <- function(s) max(s$time)

# Times are whole numbers, so that survival's rounding of nearly equal ones
# (timefix) has nothing to do.
surv <- function(s) Surv(s$entry, s$time, left(s))

# The most days that some calendar months can span: found by trying all.
# The calendar repeats itself after 400 years, and no spell is longer than 150.
month_begin <- as.integer(seq(as.Date("2000-01-01"), by = "1 month", length.out = (400 + 151) * 12))
span <- function(months) sapply(months, function(n) {
	if (n == 0) 0 else if (n > 151 * 12) Inf else max(diff(month_begin, lag = n))
})

# An interval such as "1 day", "3 months" or "2 years", k times: days.
days_of <- function(interval, k = 1) {
	part <- strsplit(interval, " ")[[1]]
	n <- as.numeric(part[1]) * k
	switch(sub("s$", "", part[2]), day = n, week = 7 * n, month = span(n), year = span(12 * n))
}

# The days of a curve's rows.
row_days <- function(s, every) {
	day <- days_of(every, 0:last_day(s))
	day[day <= last_day(s)]
}

# How many are at risk on each of some days: they have entered before it, and
# not left before it.
at_risk <- function(s, day)
	findInterval(day, sort(s$entry), left.open = TRUE) - findInterval(day, sort(s$time), left.open = TRUE)

# --- What goes to compare.sql

collected <- new.env()
for (name in c("summary", "spell", "member", "question", "expected"))
	collected[[name]] <- list()
collected$questions <- 0
collected$contents <- list()
# Rows of a table, as columns of which some may stand for all rows.
collect <- function(table, ...) collected[[table]][[length(collected[[table]]) + 1]] <- list(...)

# A question to the extension: a call of the function fn.  Answers `question`.
ask <- function(title, fn, summary = NA, second = NA, every = NA, until = NA, level = NA,
				method = NA) {
	id <- collected$questions <- collected$questions + 1
	collect("question", id, title, fn, summary, second, every, until, level, method)
	id
}

# What R says to it: values of one quantity, at days (or other numbers) and
# for labels (reasons, groups).  NA and NaN must be NULL.
expect <- function(question, quantity, value, at = 0, label = "", tolerance = closed_form) {
	if (length(value) > 0) collect("expected", question, at, label, quantity, value, tolerance)
}

write_table <- function(name, columns) {
	parts <- collected[[name]]
	rows <- sapply(parts, function(part) max(lengths(part)))
	text <- lapply(seq_along(columns), function(k) {
		x <- unlist(Map(function(part, n) rep_len(part[[k]], n), parts, rows))
		# Most stand there many times.
		value <- unique(x)
		text <- if (is.character(x)) paste0('"', gsub('"', '""', value, fixed = TRUE), '"')
				else sprintf("%.17g", value)
		text[is.na(value)] <- ""
		text[match(x, value)]
	})
	file <- file(paste0(name, ".csv"), "w", encoding = "UTF-8")
	writeLines(paste(columns, collapse = ","), file)
	if (length(parts) > 0) writeLines(do.call(paste, c(text, sep = ",")), file)
	close(file)
}

# The last thing that a theme does.
finish <- function() {
	write_table("summary", c("name", "content"))
	write_table("spell", c("name", "start_date", "end_date", "reason", "observed_from", "as_of"))
	write_table("member", c("question", "group_name", "stratum", "summary"))
	write_table("question",
				c("id", "title", "fn", "summary", "second", "every", "until", "level", "method"))
	write_table("expected", c("question", "at", "label", "quantity", "value", "tolerance"))
}

# --- Summaries

# The text form of a summary, from counts.  With it, any day of censoring can
# be said, which rows under one observation period cannot.  Every spell counts
# as many as `each`.
summary_text <- function(s, observed_from = NULL, as_of = "2100-01-01", each = 1) {
	string <- function(x) paste0('"', gsub('"', '\\"', x, fixed = TRUE), '"')
	object <- function(names, values) paste0("{", paste0(string(names), ": ", values, collapse = ", "), "}")
	counts <- function(day) {
		if (length(day) == 0) return("{}")
		n <- table(day)
		object(names(n), sprintf("%.0f", n * each))
	}
	# The longest period that there is, so that nobody is seen longer than it.
	if (is.null(observed_from) && anybody_late(s)) observed_from <- "1950-01-01"
	why <- reasons(s)
	exits <- sapply(why, function(r) counts(s$time[which(s$reason == r)]))
	object(c("type", "version", "observed", "skipped", "late_entries", "exits", "censored"),
		   c('"retention"', 1,
			 paste0("[", if (is.null(observed_from)) "null" else string(observed_from), ", ", string(as_of), "]"),
			 0, counts(s$entry[s$entry >= 0]),
			 if (length(why) > 0) object(why, exits) else "{}", counts(s$time[!left(s)])))
}

# Several questions can be about one summary.
from_counts <- function(name, s, ...) {
	content <- summary_text(s, ...)
	known <- collected$contents[[name]]
	if (is.null(known)) collect("summary", name, content)
	collected$contents[[name]] <- content
	stopifnot(is.null(known) || known == content)
}

# Rows cannot be censored on day 0, for then they would not have been seen;
# and late entry fixes when they are.
possible_as_rows <- function(s) !anybody_late(s) && all(left(s) | s$time > 0)

# The same as dates, for retention_agg.  Nobody enters late: then everybody
# who is still there began `time` days before the end of the observation, and
# those who left did so on its last day or some days before.
from_rows <- function(name, s, as_of = "2024-06-01") {
	stopifnot(possible_as_rows(s))
	as_of <- as.Date(as_of)
	# Who comes and goes on one day is seen only if it is before the end.
	before <- pmax(seq_along(s$time) %% 100, s$time == 0)
	end <- as_of - ifelse(left(s), before, 0)
	collect("spell", name, format(end - s$time), ifelse(left(s), format(end), NA), s$reason, NA,
			format(as_of))
}

# Both, which must be the same summary.
from_both <- function(title, name, s, as_of = "2024-06-01") {
	from_counts(name, s, as_of = as_of)
	from_rows(paste0(name, ", rows"), s, as_of)
	expect(ask(title, "equal", name, paste0(name, ", rows")), "equal", 1, tolerance = count)
}

# --- What R says about one summary

# The value of a step function on days; `first` before its first step.
step_at <- function(day, time, value, first) c(first, value)[findInterval(day, time) + 1]

# R's limits.  survfit() gives them at its own times, and summary.survfit()
# pads with 1 before the first of them whatever conf.type is; here the
# curve's beginning (1, standard error 0) goes through R's function as every
# other point does, so that all days on which the curve is 1 have the same
# limits: log-log has none there.
limits <- function(p, se, logse, method, level)
	survival:::survfit_confint(p, se, logse = logse, conf.type = method, conf.int = level)

ask_curve <- function(title, name, s, every = "1 day", methods = c("log-log", "log", "plain"),
					  levels = c(0.95, 0.80)) {
	day <- row_days(s, every)
	exits <- diff(c(0, findInterval(day, sort(s$time[left(s)]))))
	for (method in methods) for (level in levels) {
		id <- ask(paste0(title, ": curve, every ", every, ", ", method, " ", level), "curve", name,
				  every = every, level = level, method = method)
		fit <- survfit(surv(s) ~ 1, conf.type = method, conf.int = level)
		if (method == methods[1] && level == levels[1]) {
			# By definition; survfit() says the same at the times that it reports.
			stopifnot(at_risk(s, fit$time) == fit$n.risk)
			expect(id, "at_risk", at_risk(s, day), day, tolerance = count)
			expect(id, "exits", exits, day, tolerance = count)
			expect(id, "retained", step_at(day, fit$time, fit$surv, 1), day)
			# survfit() holds the standard error of log(survival).  Once the
			# curve is 0 that is infinite, and R's result NaN.
			expect(id, "std_error", step_at(day, fit$time, fit$surv * fit$std.err, 0), day)
		}
		begin <- limits(1, 0, TRUE, method, level)
		expect(id, "lower", step_at(day, fit$time, fit$lower, begin$lower), day)
		expect(id, "upper", step_at(day, fit$time, fit$upper, begin$upper), day)
	}
}

# An incidence of 1 but for rounding, which would have limits if it were less
# and NaN if it were more.
exactly_1 <- function(p) ifelse(abs(p - 1) < 1e-14, 1, p)

# survfit()'s Aalen-Johansen estimate.  Its standard error is an infinitesimal
# jackknife over people, equal to the Greenwood-type one if nobody entered
# late.  Else it depends on who entered when with whom.
by_survfit <- function(s) {
	why <- reasons(s)
	event <- factor(ifelse(left(s), s$reason, "censored"), c("censored", why))
	fit <- if (anybody_late(s)) survfit(Surv(s$entry, s$time, event) ~ 1, id = seq_along(event))
		   else survfit(Surv(s$time, event) ~ 1)
	column <- match(why, fit$states)
	list(time = fit$time, p = exactly_1(fit$pstate[, column, drop = FALSE]),
		 se = if (!anybody_late(s)) fit$std.err[, column, drop = FALSE])
}

# etm()'s, with the Greenwood-type one whoever entered late.  It starts at 0
# and takes what happens after that, so its clock is one day ahead of ours.
by_etm <- function(s) {
	why <- reasons(s)
	state <- as.character(0:length(why))
	transition <- outer(state, state, function(from, to) from == "0" & to != "0")
	fit <- etm(data.frame(id = seq_len(nrow(s)), from = "0",
						  to = ifelse(left(s), match(s$reason, why), "censored"),
						  entry = s$entry + 1, exit = s$time + 1),
			   state, transition, "censored", s = 0)
	p <- sapply(state[-1], function(k) fit$est["0", k, ])
	v <- sapply(paste("0", state[-1]), function(k) fit$cov[k, k, ])
	# Where all have left for one reason, the variance is 0, but a sum of
	# terms that cancel; one that is really so small would take hundreds of
	# millions of people.
	v[v < 1e-17] <- 0
	list(time = fit$time - 1, p = exactly_1(matrix(p, ncol = length(why))),
		 se = matrix(sqrt(v), ncol = length(why)))
}

ask_incidence <- function(title, name, s, every = "1 day", levels = c(0.95, 0.80)) {
	day <- row_days(s, every)
	why <- reasons(s)
	# Whose standard error is what the limits are made of.
	limits_by <- if (anybody_late(s)) "etm" else "survfit"
	for (by in c("survfit", "etm")) {
		if (length(why) == 0 && by == "etm") next
		fit <- if (length(why) > 0) switch(by, survfit = by_survfit(s), etm = by_etm(s))
		for (level in levels) {
			if (level != levels[1] && by != limits_by) next
			id <- ask(paste0(title, ": incidence, every ", every, ", ", level, ", ", by), "incidence",
					  name, every = every, level = level)
			# Without reasons nothing is expected: there must be no rows.
			for (k in seq_along(why)) {
				put <- function(quantity, value, first, ...)
					expect(id, quantity, step_at(day, fit$time, value, first), day, why[k], ...)
				if (level == levels[1]) {
					if (by == "survfit") {
						gone <- findInterval(day, sort(s$time[which(s$reason == why[k])]))
						expect(id, "exits", diff(c(0, gone)), day, why[k], tolerance = count)
					}
					put("incidence", fit$p[, k], 0)
					if (!is.null(fit$se)) put("std_error", fit$se[, k], 0)
				}
				if (by == limits_by) {
					ends <- limits(fit$p[, k], fit$se[, k], FALSE, "log-log", level)
					put("lower", ends$lower, NA)
					put("upper", ends$upper, NA)
				}
			}
		}
	}
}

# Median, rates and restricted means.
ask_values <- function(title, name, s, untils) {
	fit <- survfit(surv(s) ~ 1)
	value <- function(fn, value, tolerance = closed_form, ...)
		expect(ask(title, fn, name, ...), fn, value, tolerance = tolerance)
	value("spells", nrow(s), count)
	value("exits", sum(left(s)), count)
	# The median of print() and summary().  quantile() says the same but where
	# the curve ends at exactly 0.5: there it answers the middle between the
	# day of that and the last day seen, and not that day.
	value("median", summary(fit)$table["median"])
	for (until in untils) {
		day <- days_of(until)
		known <- day <= last_day(s) || min(fit$surv) == 0
		value("rate", if (known) step_at(day, fit$time, fit$surv, 1) else NA, until = until)
		# R refuses a horizon before the first time that it reports; the curve
		# is 1 until then.
		value("mean", until = until,
			  if (!known) NA else if (day < min(fit$time)) day
			  else summary(fit, rmean = day)$table["rmean"])
	}
}

# --- What R says about several

# A test: chi-square, and what follows from it.
expect_test <- function(id, answer) {
	df <- answer$df
	chisq <- if (df > 0) answer$chisq else NA
	expect(id, "chisq", chisq)
	expect(id, "df", df, tolerance = count)
	expect(id, "p_value", pchisq(chisq, df, lower.tail = FALSE))
	# Small ones are told from each other on the logarithmic scale.
	expect(id, "ln p_value", pchisq(chisq, df, lower.tail = FALSE, log.p = TRUE))
}

# What a log-rank test sees: on every day with an exit, in each stratum, how
# many of each group stayed and left of those at risk.  As arrays
# group x (stays, leaves) x set; late entry has gone into them.
risk_sets <- function(s, group, stratum) {
	s$group <- group
	parts <- lapply(split(s, stratum, drop = TRUE), function(s) {
		days <- sort(unique(s$time[left(s)]))
		vapply(levels(group), FUN.VALUE = matrix(0, 2, length(days)), function(g) {
			s <- s[s$group == g, ]
			leaves <- tabulate(match(s$time[left(s)], days), length(days))
			rbind(at_risk(s, days) - leaves, leaves)
		})
	})
	sets <- unlist(lapply(parts, aperm, c(3, 1, 2)))
	array(sets, c(nlevels(group), 2, length(sets) / nlevels(group) / 2),
		  list(levels(group), c("stays", "leaves"), NULL))
}

# The score test at 0 of the exact partial likelihood.  Beware where most of
# those at risk leave on one day: 10.0000000005 was seen for what is 10 by
# survdiff().  The data of the themes are not of that kind.
by_exact <- function(s, group, stratum) {
	if (!any(left(s)) || nlevels(group) < 2) return(list(chisq = NA, df = 0))
	at_zero <- coxph.control(iter.max = 0)
	fit <- if (anybody_late(s)) {
		# coxph() would go through all choices of so many from those at risk, of
		# which there are 10^23 for 10 of 1000.  For data without late entry it
		# has an algorithm that does not, and risk sets, each a stratum, are such
		# data.  Somebody who is alone says nothing, and one row is too few for R.
		n <- risk_sets(s, group, stratum)
		cell <- as.data.frame.table(n[, , colSums(n, dims = 2) > 1, drop = FALSE])
		if (nrow(cell) == 0) return(list(chisq = NA, df = 0))
		row <- cell[rep(seq_len(nrow(cell)), cell$Freq), ]
		coxph(Surv(rep(1, nrow(row)), row$Var2 == "leaves") ~ row$Var1 + strata(row$Var3),
			  ties = "exact", control = at_zero)
	} else {
		coxph(Surv(s$time, left(s)) ~ group + strata(stratum), ties = "exact", control = at_zero)
	}
	list(chisq = fit$score, df = sum(!is.na(coef(fit))))
}

# The same as a Cochran-Mantel-Haenszel test over the tables group by leaves
# by day, for which R has another function.
by_mantelhaen <- function(s, group, stratum) {
	n <- risk_sets(s, group, stratum)
	# It takes the first column, and sums of those who stay are so large that
	# what was not expected of them would be rounded away.
	n <- n[, c("leaves", "stays"), colSums(n, dims = 2) > 1, drop = FALSE]
	fit <- mantelhaen.test(n, correct = FALSE)
	list(chisq = unname(fit$statistic), df = unname(fit$parameter))
}

by_survdiff <- function(s, group, stratum) {
	fit <- if (nlevels(factor(stratum)) > 1) survdiff(Surv(s$time, left(s)) ~ group + strata(stratum))
		   else survdiff(Surv(s$time, left(s)) ~ group)
	list(chisq = fit$chisq, df = length(fit$n) - 1)
}

# What each person adds to the expected exits of their group: the hazard of
# their whole stratum while they were at risk.
cumulative_hazard <- function(s, stratum) {
	hazard <- numeric(nrow(s))
	for (i in split(seq_len(nrow(s)), stratum, drop = TRUE)) {
		fit <- survfit(surv(s[i, ]) ~ 1)
		until <- function(day) step_at(day, fit$time, fit$cumhaz, 0)
		hazard[i] <- until(s$time[i]) - until(s$entry[i])
	}
	hazard
}

tests <- list("coxph exact" = by_exact, "mantelhaen.test" = by_mantelhaen, "survdiff" = by_survdiff)
tests_for <- function(s) if (anybody_late(s)) names(tests)[1:2] else names(tests)
by_bytes <- function(group) factor(group, sort(unique(as.character(group)), method = "radix"))

# The k-sample test; every group in every stratum is a summary.  `by` says
# which of R's functions are asked: each can answer for some data only.
ask_log_rank <- function(title, name, s, group, stratum = rep("", nrow(s)),
						 by = tests_for(s)) {
	group <- by_bytes(group)
	part <- interaction(group, stratum, drop = TRUE, sep = "\r")
	part_name <- function(p) paste0(name, ", ", gsub("\r", ", ", sub("\r$", "", p)))
	members <- do.call(rbind, strsplit(paste0(levels(part), "\r"), "\r"))
	for (p in levels(part)) from_counts(part_name(p), s[part == p, ])
	expected <- tapply(cumulative_hazard(s, stratum), group, sum)
	for (function_name in by) {
		answer <- tests[[function_name]](s, group, stratum)
		id <- ask(paste0(title, ": ", function_name), "log_rank", name)
		collect("member", id, members[, 1], if (all(stratum == "")) NA else members[, 2],
				part_name(levels(part)))
		expect_test(id, answer)
		if (function_name == by[1]) {
			place <- seq_len(nlevels(group))
			expect(id, "exits", tapply(left(s), group, sum), place, levels(group), tolerance = count)
			expect(id, "expected", expected, place, levels(group))
		}
	}
}

# Cox's model.  It has a finite estimate if on some day somebody of the first
# leaves while somebody of the second is at risk, and on some day the reverse;
# R's estimate grows until R warns or gives up in the other cases.
hazard_ratio <- function(s, group, level) {
	n <- risk_sets(s, group, rep(1, nrow(s)))
	both <- colSums(n[1, , , drop = FALSE], dims = 2) > 0 & colSums(n[2, , , drop = FALSE], dims = 2) > 0
	if (!all(rowSums(n[, "leaves", both, drop = FALSE]) > 0)) return(rep(NA, 3))
	# 1e-14 would be below what a log-likelihood of some thousand resolves:
	# R would iterate over its noise until it gives up.
	fit <- coxph(surv(s) ~ group, ties = "efron",
				 control = coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 100))
	summary(fit, conf.int = level)$conf.int[c(1, 3, 4)]
}

ask_compare <- function(title, name, s, group, level = 0.95,
						by = tests_for(s)) {
	group <- by_bytes(group)
	part_name <- paste0(name, ", ", levels(group))
	for (k in 1:2) from_counts(part_name[k], s[as.integer(group) == k, ])
	for (function_name in by) {
		answer <- tests[[function_name]](s, group, rep(1, nrow(s)))
		id <- ask(paste0(title, ": ", function_name), "compare", part_name[1], part_name[2], level = level)
		expect_test(id, answer)
	}
	id <- ask(paste0(title, ": Cox, Efron's ties"), "compare", part_name[1], part_name[2], level = level)
	cox <- hazard_ratio(s, group, level)
	expect(id, "hazard_ratio", cox[1], tolerance = iterative)
	expect(id, "lower", cox[2], tolerance = iterative)
	expect(id, "upper", cox[3], tolerance = iterative)
}
