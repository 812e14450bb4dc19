# Enrolments at a university, of whom some were still under way on the day up
# to which they were seen.
source(file.path(Sys.getenv("EF_ORACLE"), "lib_funnel.R"))

file <- file.path(Sys.getenv("EF_SHARED"), "data", "education_event.csv")
if (!file.exists(file)) {
	writeLines("no shared data: education_event.csv", "skip")
	quit()
}
event <- read.csv(file, colClasses = "character")
rows <- data.frame(person = as.integer(event$person_id), stage = event$stage, at = as.integer(as.Date(event$at)))
collect_events("education_event.csv", rows, event$programme)

stages <- c("registered", "started", "assessed", "passed")
specs <- list("all seen" = funnel_spec(stages, exits = "withdrawn"),
			  "300 days, as of 2014-03-01" = funnel_spec(stages, "300 days", "2014-03-01", "withdrawn"))
days <- c("0 days", "1 day", "30 days", "100 days", "6 months", "250 days", "300 days", "2 years")

# What other ways to reckon would give (doc/methods.md has the figures).
remark <- function(...) cat(sprintf(...), "\n", sep = "")
direct <- jackknives <- 0
for (of in names(specs)) for (part in c(NA, sort(unique(event$programme)))) {
	spec <- specs[[of]]
	name <- paste(c(of, na.omit(part)), collapse = ", ")
	collect_funnel(name, spec, "education_event.csv", part)
	ch <- chains(if (is.na(part)) rows else rows[event$programme == part, ], spec)
	fit <- ask_funnel(paste0("education_event.csv, ", of, if (!is.na(part)) ", by programme"), name, ch, spec, days)
	if (is.na(part) || !is.na(spec$as_of)) {
		p <- reached_by_survfit(direct_histories(ch), length(stages))$p
		gap <- p[nrow(p), ] - fit$cumulative
		remark("%s: with the moves of a day as one, cumulative would be %s greater", name,
			   paste(sprintf("%.6f", gap), collapse = ", "))
		# Without anybody pending both are shares.
		if (is.na(spec$as_of)) stopifnot(abs(gap) < 1e-12)
		else if (is.na(part)) stopifnot(round(fit$cumulative[3:4], 5) == c(0.80712, 0.20886),
										round(p[nrow(p), 3:4], 5) == c(0.80725, 0.20889),
										round(fit$product, 3) == 0.258)
		direct <- max(direct, abs(gap))
	}
	if (!is.na(part) && !is.na(spec$as_of)) {
		ratio <- sapply(2:length(stages), function(i)
			if (fit$cumulative[i] > 0) jackknife(fit$histories, i)[["se"]] / fit$se[i] else NA)
		remark("%s: jackknife over Greenwood standard error: %s", name, paste(sprintf("%.4f", ratio), collapse = ", "))
		jackknives <- max(jackknives, abs(ratio - 1), na.rm = TRUE)
	}
}
stopifnot(round(direct, 4) == 5e-4, round(jackknives, 3) == 0.022)
finish_funnel()
