# survfit.R ROWS CURVES NUMBERS: R's survfit on the rows of a CSV file without a header
# (profession, entry, exit, status), as the benchmark exports them. Writes its curves at
# every year (profession, after_days, retained, std_error) and what it took (name, value).

library(survival)
files <- commandArgs(trailingOnly = TRUE)

# scan is the fastest reader of R itself.
reading <- system.time(spells <- scan(files[1],
									 list(profession = 0L, entry = 0L, exit = 0L, status = 0L),
									 sep = ",", quiet = TRUE))
fitting <- system.time(fit <- survfit(Surv(entry, exit, status) ~ profession, data = spells,
									  conf.type = "log-log"))
# Where nobody enters late, R can do without the entries, and is faster.
if (all(spells$entry == -1))
	plain <- system.time(survfit(Surv(exit, status) ~ profession, data = spells,
								 conf.type = "log-log"))

# The days of education_flow's yearly curve: the most that so many years can have.
curve <- function(profession, fit) {
	day <- ceiling(365.25 * seq_len(ceiling(max(fit$time) / 365.25)))
	at <- findInterval(day, fit$time)
	data.frame(profession, day, retained = c(1, fit$surv)[at + 1],
			   std_error = c(0, fit$std.err * fit$surv)[at + 1])[day <= max(fit$time), ]
}
professions <- sort(unique(spells$profession))
curves <- do.call(rbind, lapply(seq_along(professions), function(i) curve(professions[i], fit[i])))
curves$retained <- sprintf("%.17g", curves$retained)
curves$std_error <- ifelse(is.nan(curves$std_error), "NaN", sprintf("%.17g", curves$std_error))
write.table(curves, files[2], sep = ",", quote = FALSE, row.names = FALSE, col.names = FALSE)

numbers <- c("R, reading, s" = reading[["elapsed"]], "R, survfit, s" = fitting[["elapsed"]],
			 "R, survfit, processor s" = fitting[["user.self"]] + fitting[["sys.self"]])
if (exists("plain")) numbers["R, survfit without entries, s"] <- plain[["elapsed"]]
numbers["spells"] <- length(spells$exit)
status <- "/proc/self/status"
if (file.exists(status)) {
	peak <- grep("^VmHWM:", readLines(status), value = TRUE)
	numbers["R, peak memory, MB"] <- as.numeric(gsub("[^0-9]", "", peak)) / 1024
}
write.table(data.frame(names(numbers), numbers), files[3], sep = "|", quote = FALSE, row.names = FALSE,
			col.names = FALSE)
