# A register of real employees, of whom two thirds were hired before it began:
# they are in it only because they were still there then.
source(file.path(Sys.getenv("EF_ORACLE"), "lib.R"))

file <- file.path(Sys.getenv("EF_SHARED"), "data", "employment.csv")
if (!file.exists(file)) {
	writeLines("no shared data: employment.csv", "skip")
	quit()
}
employee <- read.csv(file, colClasses = "character", na.strings = "")
from <- "2006-01-01"
as_of <- "2016-01-01"

s <- observe(employee$start_date, employee$end_date, employee$reason, from, as_of)
who <- employee[attr(s, "seen"), ]
stopifnot(nrow(s) == 6283, sum(left(s)) == 1484)

name <- "employment.csv"
# All of them: whom retention_agg sees is its own to find out.
collect("spell", name, employee$start_date, employee$end_date, employee$reason, from, as_of)
from_counts("employment.csv, counts", s, from, as_of)
expect(ask(paste0(name, ": built from rows or from counts"), "equal", name, "employment.csv, counts"),
	   "equal", 1, tolerance = count)
ask_curve(name, name, s, "1 day")
ask_curve(name, name, s, "1 year", levels = 0.95)
ask_incidence(name, name, s, "1 day")
ask_incidence(name, name, s, "1 year", levels = 0.95)
ask_values(name, name, s, c("1 day", "1 month", "6 months", "1 year", "2 years", "5 years", "10 years",
							"20 years", "9622 days", "9623 days", "40 years"))

# --- What ignoring the delayed entry would do
ignored <- transform(s, entry = -1)
from_counts("employment.csv, entry ignored", ignored)
curve <- function(x) survfit(surv(x) ~ 1)
days <- row_days(s, "1 day")
on_days <- function(fit) step_at(days, fit$time, fit$surv, 1)
gap <- abs(on_days(curve(ignored)) - on_days(curve(s)))
expect(ask(sprintf("%s: ignoring delayed entry would be wrong by up to %.1f percentage points (day %d)",
				   name, 100 * max(gap), days[which.max(gap)]),
		   "difference", name, "employment.csv, entry ignored", every = "1 day"),
	   "difference", max(gap))
stopifnot(max(gap) > 0.1)

# --- Comparisons
# As many as 245 leave on one day of the clock (hired on one day, retired on
# one day), and coxph(ties = "exact") counts the ways to choose them in
# doubles, of which there are too many: it answers NaN.  mantelhaen.test()
# does not.
ask_compare(paste0(name, ": gender"), name, s, who$gender, by = "mantelhaen.test")
ask_compare(paste0(name, ": gender, 0.80"), name, s, who$gender, 0.80, by = "mantelhaen.test")
ask_log_rank(paste0(name, ": log-rank by gender"), name, s, who$gender, by = "mantelhaen.test")
ask_log_rank(paste0(name, ": log-rank by department"), name, s, who$department, by = "mantelhaen.test")
ask_log_rank(paste0(name, ": log-rank by profession"), name, s, who$profession, by = "mantelhaen.test")
ask_log_rank(paste0(name, ": log-rank by gender, stratified by department"), name, s, who$gender,
			 who$department, by = "mantelhaen.test")
ask_log_rank(paste0(name, ": log-rank by department, stratified by city and gender"), name, s,
			 who$department, paste(who$city, who$gender), by = "mantelhaen.test")
# Without those days, and with resignation as the only exit, it can.
crowded <- left(s) & ave(s$time, s$time, left(s), FUN = length) > 200
ask_compare(paste0(name, ", crowded days censored: gender"), "employment.csv, crowded days censored",
			transform(s, reason = ifelse(crowded, NA, reason)), who$gender)
resigned <- transform(s, reason = ifelse(reason == "resignation", reason, NA))
name <- "employment.csv, resignation"
ask_log_rank(paste0(name, ": log-rank by gender, stratified by department"), name, resigned, who$gender,
			 who$department)
some <- who$profession %in% c("Cashier", "Dairy Person", "Meat Cutter", "Shelf Stocker")
ask_log_rank(paste0(name, ": log-rank by profession, stratified by gender"), paste0(name, ", some"),
			 resigned[some, ], who$profession[some], who$gender[some])
finish()
