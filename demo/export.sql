\echo
\echo '----------------------------------------------------------------------------'
\echo 'AN EXPORT AS IT COMES, AND A LOOK AT IT BEFORE ANYTHING IS COUNTED'
\echo
\echo 'doc/sample/anstallningar.csv: 113 contracts of invented people, in Windows-1252, with'
\echo 'semicolons, decimal commas, inclusive last days, renewals and jobs side by side. What'
\echo 'does it have that no number should have?'
\echo
CREATE TABLE raw_contract (personnr text, sjukhus text, befattning text, anstform text, anstfrom text, ansttom text,
                           sysselsattningsgrad text, avgorsak text, fodelsedatum text, kia text);
\copy raw_contract FROM '../doc/sample/anstallningar.csv' WITH (FORMAT csv, HEADER, DELIMITER ';', ENCODING 'WIN1252')

-- One form of a personal number, real dates, the first day without the person, reasons in words.
CREATE VIEW contract AS
SELECT CASE length(digits) WHEN 12 THEN digits ELSE CASE WHEN digits LIKE '0%' THEN '20' ELSE '19' END || digits END AS person_id,
       nullif(fodelsedatum, '')::date AS birth_date, anstfrom::date AS start_date,
       CASE WHEN ansttom <> '' AND ansttom NOT LIKE '9999%' THEN ansttom::date + 1 END AS end_date,
       CASE avgorsak WHEN '1' THEN 'retirement' WHEN '2' THEN 'resignation' WHEN '3' THEN 'contract ended' ELSE nullif(avgorsak, '') END AS reason,
       btrim(sjukhus) AS hospital, btrim(befattning) AS profession
FROM raw_contract, LATERAL (SELECT replace(personnr, '-', '') AS digits) AS d;

-- The statement that looks at it is written, and run.
SELECT reporting_quality_query('{"employment": {"table": "contract", "person": "person_id", "group_by": ["hospital", "profession"]},
                                 "as_of": "2026-01-01"}') \gexec

\echo 'The same rows counted as if they were people, and counted as people: contracts joined'
\echo 'to spells where at most 30 days lie between them, and without the rows that nothing'
\echo 'can be done with.'
\echo
SELECT 'contracts' AS counted, headcount(w), hires(w), exits(w) AS leavers, round(100 * turnover(w)::numeric, 1) AS "turnover, %"
FROM (SELECT workforce_agg(birth_date, start_date, end_date, reason, '[2025-01-01,2026-01-01)') AS w
      FROM contract WHERE birth_date <= start_date AND start_date <= coalesce(end_date, start_date)) AS x
UNION ALL
SELECT 'people', headcount(w), hires(w), exits(w), round(100 * turnover(w)::numeric, 1)
FROM (SELECT workforce_agg(person_id, birth_date, start_date, end_date, reason, '[2025-01-01,2026-01-01)', '30 days') AS w
      FROM contract WHERE birth_date <= start_date AND start_date <= coalesce(end_date, start_date)) AS x;
