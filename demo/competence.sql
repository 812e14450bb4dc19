\echo 'WHO HAS WHAT IS REQUIRED OF MEDICAL SECRETARIES'
\echo
\echo 'A catalogue of five modules and a list of completions, made up. Some certificates lapse.'
\echo 'Counted are persons and modules: each module that is required of each person.'
\echo
-- From when until when each person's certificate in each required module was missing, valid
-- or lapsed.
CREATE MATERIALIZED VIEW certificate AS
SELECT e.person_id, e.hospital, c.module, c.level, s.status, s.start_date, s.end_date
FROM employment AS e
     JOIN catalogue AS c ON coalesce(c.hospital, e.hospital) = e.hospital
     LEFT JOIN (SELECT person_id, module, array_agg(completed_on) AS completed
                FROM completion
                GROUP BY person_id, module) AS d USING (person_id, module),
     certificate_spells(d.completed, c.validity, daterange(e.start_date, e.end_date)) AS s
WHERE e.profession = 'medical secretary';

-- Coverage today, by level.
SELECT coalesce(level, 'all') AS level, count(*) AS required,
       count(*) FILTER (WHERE status = 'valid') AS valid,
       count(*) FILTER (WHERE status = 'lapsed') AS lapsed,
       count(*) FILTER (WHERE status = 'missing') AS missing,
       round(100.0 * count(*) FILTER (WHERE status = 'valid') / count(*), 1) AS "covered, %"
FROM certificate
WHERE start_date <= '2023-06-01' AND (end_date > '2023-06-01' OR end_date IS NULL)
GROUP BY ROLLUP (certificate.level)
ORDER BY certificate.level;

\echo 'RENEWALS THAT FALL DUE IN THE NEXT TWELVE MONTHS'
\echo
-- A renewal is due on the first day on which the certificate is lapsed.
SELECT to_char(month, 'YYYY-MM') AS month, count(start_date) AS renewals,
       count(*) FILTER (WHERE level = 'bas') AS bas,
       count(*) FILTER (WHERE level = 'fördjupning') AS fördjupning,
       count(*) FILTER (WHERE level = 'spets') AS spets
FROM generate_series(date '2023-06-01', date '2024-05-01', '1 month') AS month
     LEFT JOIN certificate ON status = 'lapsed' AND date_trunc('month', start_date) = month
GROUP BY month
ORDER BY month;
