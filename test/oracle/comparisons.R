# Comparisons of groups for one reason to leave, and differences of two groups:
# small data made up to be difficult.  What it leaves is small enough to be kept:
# test/oracle/frozen.sh writes it to test/oracle/frozen/comparisons, which
# test/suite_frozen.sh compares where R is not there.
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
