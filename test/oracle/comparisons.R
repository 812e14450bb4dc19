# Comparisons of groups for one reason to leave, and differences of two groups:
# small data made up to be difficult.  What it leaves is small enough to be kept:
# test/oracle/frozen.sh writes it to test/oracle/frozen/comparisons, which
# test/suite/frozen.sh compares where R is not there.
source(file.path(Sys.getenv("EF_ORACLE"), "lib.R"))
suppressPackageStartupMessages(library(cmprsk))
set.seed(19, "Mersenne-Twister", "Inversion", "Rejection")

pick <- function(from, n) from[sample.int(length(from), n, replace = TRUE)]
why <- c("quit", "retirement", "\u00f6vrigt")

# k groups that differ a little, of n spells each.
draw <- function(k, n, days, late = 0, gone = 0.7) {
	do.call(rbind, lapply(seq_len(k), function(g) {
		time <- pmin(max(days), min(days) + floor((1 + 0.2 * g) * (pick(days, n) - min(days))))
		reason <- ifelse(runif(n) < gone, pick(rep(why, c(1 + g, 2, 1)), n), NA)
		entry <- ifelse(runif(n) < late & time >= 2, 1 + floor(runif(n) * (time - 1)), -1)
		transform(spells(time, reason, entry), group = paste("grupp", g), stratum = paste("s", pick(1:2, n)))
	}))
}
only <- function(s, reason) {
	s$reason[left(s) & s$reason != reason] <- NA
	s
}

# The summaries of the groups, in strata if there are some; a question about them.
ask_groups <- function(title, fn, name, s, reason, stratum = rep("", nrow(s))) {
	part <- interaction(s$group, stratum, drop = TRUE, sep = "\r")
	part_name <- function(p) paste0(name, ", ", gsub("\r", ", ", sub("\r$", "", p)))
	members <- do.call(rbind, strsplit(paste0(levels(part), "\r"), "\r"))
	for (p in levels(part)) from_counts(part_name(p), s[part == p, names(spells(1, "x"))])
	id <- ask(title, fn, name, method = reason)
	collect("member", id, members[, 1], if (all(stratum == "")) NA else members[, 2],
			part_name(levels(part)))
	id
}

# --- The log-rank test of one reason
ask_cause <- function(name, s, reason, stratum = rep("", nrow(s))) {
	one <- only(s, reason)
	group <- by_bytes(s$group)
	# R's want every group in the test, and more than one day
	n <- risk_sets(one, group, stratum)
	full <- by_exact(one, group, stratum)$df == nlevels(group) - 1 && sum(colSums(n, dims = 2) > 1) > 1
	for (by in if (full) tests_for(s) else "coxph exact") {
		id <- ask_groups(paste0("log-rank test of one reason: ", by), "cause", name, s, reason, stratum)
		expect_test(id, tests[[by]](one, group, stratum))
		place <- seq_len(nlevels(group))
		expect(id, "exits", tapply(left(one), group, sum), place, levels(group), tolerance = count)
		expect(id, "expected", tapply(cumulative_hazard(one, stratum), group, sum), place, levels(group))
	}
}

# --- Gray's test
ask_gray <- function(name, s, reason, stratum = rep("", nrow(s))) {
	status <- ifelse(left(s), ifelse(s$reason == reason, 1, 2), 0)
	fit <- suppressWarnings(cuminc(s$time, status, s$group, stratum, rho = 0))
	test <- fit$Tests["1", ]
	id <- ask_groups("Gray's test: cmprsk::cuminc", "gray", name, s, reason, stratum)
	expect(id, "chisq", test["stat"], tolerance = iterative)
	expect(id, "df", test["df"], tolerance = count)
	expect(id, "p_value", test["pv"], tolerance = iterative)
	group <- by_bytes(s$group)
	expect(id, "exits", tapply(status == 1, group, sum), seq_len(nlevels(group)), levels(group), tolerance = count)
}

# --- Cox's hazard ratio of one reason
ask_cause_ratio <- function(name, s, reason, level) {
	s <- s[s$group %in% c("grupp 1", "grupp 2"), ]
	one <- only(s, reason)
	group <- by_bytes(s$group)
	for (g in levels(group)) from_counts(paste0(name, ", ", g), s[group == g, names(spells(1, "x"))])
	id <- ask("hazard ratio of one reason: coxph, Efron's ties", "cause ratio",
			  paste0(name, ", grupp 1"), paste0(name, ", grupp 2"), level = level, method = reason)
	cox <- hazard_ratio(one, group, level)
	expect(id, "hazard_ratio", cox[1], tolerance = iterative)
	expect(id, "lower", cox[2], tolerance = iterative)
	expect(id, "upper", cox[3], tolerance = iterative)
	expect_test(id, by_exact(one, group, rep("", nrow(s))))
}

# --- Differences of two groups
# Limits of a difference from those of its parts, first and second (Zou and Donner).
square_and_add <- function(p, lower, upper) {
	d <- p[2] - p[1]
	c(d, d - sqrt((p[2] - lower[2])^2 + (upper[1] - p[1])^2), d + sqrt((upper[2] - p[2])^2 + (p[1] - lower[1])^2))
}
expect_limits <- function(id, x) {
	expect(id, "difference", x[1])
	expect(id, "lower", x[2], tolerance = iterative)
	expect(id, "upper", x[3], tolerance = iterative)
}
ask_differences <- function(name, s, level) {
	parts <- lapply(c("grupp 1", "grupp 2"), function(g) s[s$group == g, names(spells(1, "x"))])
	names <- paste0(name, c(", grupp 1", ", grupp 2"))
	for (g in 1:2) from_counts(names[g], parts[[g]])
	z <- qnorm((1 + level) / 2)
	fits <- function(method) lapply(parts, function(s) survfit(surv(s) ~ 1, conf.type = method, conf.int = level))
	known <- function(g, day, fit) day <= last_day(parts[[g]]) || min(fit[[g]]$surv) == 0
	days <- unique(c(0, quantile(s$time, c(0.1, 0.4, 0.8), type = 1), max(s$time)))
	for (method in c("log-log", "log", "plain")) {
		fit <- fits(method)
		begin <- limits(1, 0, TRUE, method, level)
		for (day in days) {
			at <- function(what, first) sapply(1:2, function(g)
				if (known(g, day, fit)) step_at(day, fit[[g]]$time, fit[[g]][[what]], first) else NA)
			p <- at("surv", 1)
			error <- p * at("std.err", 0)
			x <- square_and_add(p, at("lower", begin$lower), at("upper", begin$upper))
			if (method == "plain") x[2:3] <- pmax(-1, pmin(1, x[1] + c(-z, z) * sqrt(sum(error^2))))
			if (is.na(sum(error)) || sum(error) == 0) x[2:3] <- NA
			id <- ask(paste0("difference of two shares still there: survfit, ", method), "rate difference",
					  names[1], names[2], until = paste(day, "days"), level = level, method = method)
			expect_limits(id, x)
		}
		table <- sapply(fit, function(f) unname(summary(f)$table[7:9]))
		id <- ask(paste0("difference of two medians: survfit, ", method), "median difference", names[1], names[2],
				  level = level, method = method)
		expect_limits(id, square_and_add(table[1, ], table[2, ], table[3, ]))
	}
	# survfit has the mean and its error; the sums are also recomputed
	fit <- fits("plain")
	for (day in days[days >= max(sapply(fit, function(f) min(f$time)))]) {
		m <- sapply(1:2, function(g) {
			f <- fit[[g]]
			if (!known(g, day, fit)) return(c(NA, NA))
			table <- summary(f, rmean = day)$table[c("rmean", "se(rmean)")]
			i <- which(f$time <= day & f$n.event > 0)
			area <- sapply(f$time[i], function(t) {
				cut <- sort(unique(c(t, f$time[f$time > t & f$time < day], day)))
				sum(diff(cut) * step_at(cut[-length(cut)], f$time, f$surv, 1))
			})
			rest <- f$n.risk[i] - f$n.event[i]
			by_hand <- sqrt(sum(ifelse(rest > 0, area^2 * f$n.event[i] / (f$n.risk[i] * rest), 0)))
			stopifnot(abs(by_hand - table[2]) < 1e-10 * max(1, by_hand))
			unname(table)
		})
		d <- m[1, 2] - m[1, 1]
		error <- sqrt(sum(m[2, ]^2))
		if (is.na(error) || error == 0) error <- NA
		id <- ask("difference of two restricted means: survfit", "mean difference", names[1], names[2],
				  until = paste(day, "days"), level = level)
		expect(id, "difference", d)
		expect(id, "std_error", error)
		expect(id, "lower", d - z * error)
		expect(id, "upper", d + z * error)
		expect(id, "p_value", 2 * pnorm(-abs(d / error)))
	}
}

# Wilson's limits by R, put together by Newcombe's method 10.
ask_shares <- function(first, of_first, second, of_second, level) {
	limits <- mapply(function(x, n) prop.test(x, n, correct = FALSE, conf.level = level)$conf.int,
					 c(first, second), c(of_first, of_second))
	id <- ask("difference of two shares: prop.test, Newcombe's method 10", "share difference",
			  paste(first, of_first), paste(second, of_second), level = level)
	expect_limits(id, square_and_add(c(first / of_first, second / of_second), limits[1, ], limits[2, ]))
}
for (level in c(0.95, 0.8)) for (n in c(1, 3, 20, 1000)) for (m in c(2, 7, 400))
	suppressWarnings(ask_shares(sample(0:n, 1), n, sample(0:m, 1), m, level))

kinds <- list(
	"two groups" = function() draw(2, 40, 1:60),
	"two with ties" = function() draw(2, 40, 0:8),
	"three" = function() draw(3, 30, 1:90),
	"four with ties" = function() draw(4, 25, 1:12),
	"late" = function() draw(2, 40, 2:50, late = 0.4),
	"three late with ties" = function() draw(3, 25, 2:15, late = 0.4),
	"many" = function() draw(3, 200, 1:400, gone = 0.9))
for (kind in names(kinds)) for (i in 1:3) {
	name <- paste(kind, i)
	s <- kinds[[kind]]()
	strata <- paste0(name, " in strata")
	if (i < 3) ask_differences(name, s, c(0.95, 0.8)[i])
	for (reason in why[1:2]) {
		ask_cause(name, s, reason)
		ask_cause(strata, s, reason, s$stratum)
		ask_cause_ratio(name, s, reason, c(0.95, 0.8, 0.99)[i])
		if (!anybody_late(s)) {
			ask_gray(name, s, reason)
			ask_gray(strata, s, reason, s$stratum)
		}
	}
}
finish()
