# The data sets that come with survival: published, and known from its manual
# and from textbooks.
source(file.path(Sys.getenv("EF_ORACLE"), "lib.R"))

# Everything about one data set.  Its summary is also built from rows, where
# that can be.
study <- function(title, s, untils) {
	every <- if (last_day(s) < 1500) "1 day" else "1 week"
	if (possible_as_rows(s)) from_both(paste0(title, ": built from rows or from counts"), title, s)
	else from_counts(title, s)
	ask_curve(title, title, s, every, levels = 0.95)
	ask_curve(title, title, s, "3 months", levels = 0.80)
	ask_incidence(title, title, s, every, levels = 0.95)
	ask_incidence(title, title, s, "3 months", levels = 0.80)
	ask_values(title, title, s, c(untils, paste(last_day(s) + 0:1, "days")))
}

# The first of several possible ends: when each happened (NA: it did not),
# else censored when last seen.
first_of <- function(last_seen, ...) {
	times <- cbind(..., last_seen)
	which_first <- apply(times, 1, which.min)
	spells(times[cbind(seq_along(last_seen), which_first)], c(colnames(cbind(...)), NA)[which_first])
}
died <- function(status, reason = "death") ifelse(status, reason, NA)

# --- One kind of exit

study("lung", s <- spells(lung$time, died(lung$status == 2)), c("100 days", "1 year", "2 years", "3 years"))
ask_compare("lung: sex", "lung", s, lung$sex)
ask_compare("lung: sex, 0.80", "lung", s, lung$sex, 0.80)
known <- !is.na(lung$ph.ecog)
ask_log_rank("lung: log-rank by ECOG", "lung, ECOG", s[known, ], lung$ph.ecog[known])
ask_log_rank("lung: log-rank by sex, stratified by ECOG", "lung, sex", s[known, ], lung$sex[known],
			 lung$ph.ecog[known])

# A million of each: the same curve, a thousandth of the standard error.
from_counts("lung, a million times", s, each = 1e6)
day <- row_days(s, "1 day")
fit <- survfit(surv(s) ~ 1)
id <- ask("lung, a million times: curve, every 1 day", "curve", "lung, a million times", every = "1 day",
		  level = 0.95, method = "log-log")
expect(id, "at_risk", 1e6 * at_risk(s, day), day, tolerance = count)
expect(id, "retained", step_at(day, fit$time, fit$surv, 1), day)
expect(id, "std_error", step_at(day, fit$time, fit$surv * fit$std.err / 1000, 0), day)

for (etype in 1:2) {
	d <- colon[colon$etype == etype, ]
	title <- c("colon, recurrence", "colon, death")[etype]
	study(title, s <- spells(d$time, died(d$status == 1)), c("6 months", "1 year", "5 years"))
	ask_log_rank(paste0(title, ": log-rank by treatment"), title, s, d$rx)
	ask_log_rank(paste0(title, ": log-rank by treatment, stratified by sex and nodes"), title, s, d$rx,
				 paste(d$sex, d$node4))
	ask_compare(paste0(title, ": sex"), title, s, d$sex)
}

study("veteran", s <- spells(veteran$time, died(veteran$status == 1)), c("30 days", "1 year"))
ask_compare("veteran: treatment", "veteran", s, veteran$trt)
ask_log_rank("veteran: log-rank by cell type", "veteran, cell", s, veteran$celltype)
ask_log_rank("veteran: log-rank by treatment, stratified by cell type", "veteran, treatment", s,
			 veteran$trt, veteran$celltype)

study("ovarian", s <- spells(ovarian$futime, died(ovarian$fustat == 1)), c("1 year", "2 years"))
ask_compare("ovarian: treatment", "ovarian", s, ovarian$rx)
ask_log_rank("ovarian: log-rank by treatment, stratified by residual disease", "ovarian, rx", s,
			 ovarian$rx, ovarian$resid.ds)

d <- cgd[cgd$enum == 1, ]
study("cgd, first infection", s <- spells(d$tstop, died(d$status == 1, "infection")), c("6 months", "1 year"))
ask_compare("cgd, first infection: treatment", "cgd", s, d$treat)
ask_log_rank("cgd, first infection: log-rank by treatment, stratified by center", "cgd, treatment", s,
			 d$treat, d$center)

# Somebody dies on day 0.
study("jasa", s <- spells(jasa$futime, died(jasa$fustat == 1)), c("1 day", "1 year", "4 years"))
stopifnot(any(s$time[left(s)] == 0))
ask_compare("jasa: surgery", "jasa", s, jasa$surgery)

study("kidney", s <- spells(kidney$time, died(kidney$status == 1, "infection")), c("30 days", "1 year"))
ask_compare("kidney: sex", "kidney", s, kidney$sex)
ask_log_rank("kidney: log-rank by disease", "kidney, disease", s, kidney$disease)

study("gbsg", s <- spells(gbsg$rfstime, died(gbsg$status == 1, "recurrence")), c("1 year", "5 years"))
ask_compare("gbsg: hormone", "gbsg", s, gbsg$hormon)
ask_log_rank("gbsg: log-rank by grade", "gbsg, grade", s, gbsg$grade)
ask_log_rank("gbsg: log-rank by grade, stratified by menopause", "gbsg, grade", s, gbsg$grade, gbsg$meno)

study("aml", s <- spells(aml$time, died(aml$status == 1, "relapse")), c("3 months", "161 days"))
ask_compare("aml: maintenance", "aml", s, aml$x)

study("udca", s <- spells(udca1$futime, died(udca1$status == 1, "progression")), c("1 year", "4 years"))
ask_compare("udca: treatment", "udca", s, udca1$trt)

# Matched: three rats of a litter, two eyes of a patient.  Times of the latter
# are hundredths of a month; the extension's day is whatever unit there is.
study("rats", s <- spells(rats$time, died(rats$status == 1, "tumor")), c("60 days", "104 days"))
ask_log_rank("rats: log-rank by treatment, stratified by litter", "rats, treatment", s, rats$rx, rats$litter)
study("retinopathy", s <- spells(round(100 * retinopathy$futime), died(retinopathy$status == 1, "blind")),
	  c("1000 days", "5000 days"))
ask_log_rank("retinopathy: log-rank by treatment, stratified by patient", "retinopathy, treatment", s,
			 retinopathy$trt, retinopathy$id)

# --- Several kinds

study("mgus2", s <- with(mgus2, first_of(futime, pcm = ifelse(pstat, ptime, NA),
										 death = ifelse(death, futime, NA))),
	  c("12 days", "60 days", "240 days"))
ask_compare("mgus2: sex", "mgus2", s, mgus2$sex)

study("myeloid", s <- with(myeloid, first_of(futime, transplant = txtime, death = ifelse(death, futime, NA))),
	  c("1 month", "1 year", "5 years"))
ask_compare("myeloid: treatment", "myeloid", s, myeloid$trt)
ask_log_rank("myeloid: log-rank by treatment, stratified by sex", "myeloid, treatment", s, myeloid$trt,
			 myeloid$sex)

study("pbc", s <- spells(pbc$time, c(NA, "transplant", "death")[pbc$status + 1]), c("1 year", "10 years"))
known <- !is.na(pbc$stage)
ask_log_rank("pbc: log-rank by stage", "pbc, stage", s[known, ], pbc$stage[known])
ask_log_rank("pbc: log-rank by stage, stratified by sex", "pbc, stage", s[known, ], pbc$stage[known],
			 pbc$sex[known])

study("rotterdam", s <- with(rotterdam, first_of(dtime, recurrence = ifelse(recur, rtime, NA),
												 death = ifelse(death, dtime, NA))),
	  c("1 year", "5 years", "15 years"))
ask_compare("rotterdam: grade", "rotterdam", s, rotterdam$grade)
ask_log_rank("rotterdam: log-rank by size, stratified by chemotherapy and hormones", "rotterdam, size", s,
			 rotterdam$size, paste(rotterdam$chemo, rotterdam$hormon))

study("transplant", s <- spells(transplant$futime, ifelse(transplant$event == "censored", NA,
														 as.character(transplant$event))),
	  c("30 days", "1 year", "3 years"))
ask_log_rank("transplant: log-rank by blood group", "transplant, abo", s, transplant$abo)
ask_log_rank("transplant: log-rank by blood group, stratified by sex", "transplant, abo", s, transplant$abo,
			 transplant$sex)

# --- Delayed entry

# Stanford's heart transplants: before and after the transplant are two
# spells, the second of which enters late.  In half days.
s <- with(heart, spells(2 * stop, died(event == 1), ifelse(start == 0, -1, 2 * start)))
study("heart", s, c("1 month", "1 year", "5 years"))
ask_compare("heart: transplant", "heart", s, heart$transplant)
ask_log_rank("heart: log-rank by transplant, stratified by surgery", "heart, transplant", s,
			 heart$transplant, heart$surgery)

# On the scale of age: in months, and in days.
s <- with(mgus2, first_of(futime, pcm = ifelse(pstat, ptime, NA), death = ifelse(death, futime, NA)))
s <- transform(s, entry = 12L * mgus2$age, time = 12L * mgus2$age + time)
study("mgus2 by age", s, c("600 days", "900 days"))
ask_compare("mgus2 by age: sex", "mgus2 by age", s, mgus2$sex)
ask_log_rank("mgus2 by age: log-rank by decade of diagnosis", "mgus2 by age, decade", s, mgus2$dxyr %/% 10)
ask_log_rank("mgus2 by age: log-rank by decade of diagnosis, stratified by sex", "mgus2 by age, decade", s,
			 mgus2$dxyr %/% 10, mgus2$sex)

s <- spells(pbc$time, c(NA, "transplant", "death")[pbc$status + 1])
born <- as.integer(round(pbc$age * 365.25))
s <- transform(s, entry = born, time = born + time)
study("pbc by age", s, c("30 years", "50 years"))
ask_compare("pbc by age: sex", "pbc by age", s, pbc$sex)
known <- !is.na(pbc$stage)
ask_log_rank("pbc by age: log-rank by stage", "pbc by age, stage", s[known, ], pbc$stage[known])

finish()
