-- The 17,400 summaries, as an analyst would keep them.
SET client_min_messages = warning;
DROP TABLE IF EXISTS summaries;
CREATE TABLE summaries AS
SELECT municipality, profession,
       workforce_agg(birth_date, start_date, end_date, reason,
                     daterange('2016-01-01', '2026-01-01')) AS w
FROM employment
GROUP BY municipality, profession;
VACUUM ANALYZE summaries;

INSERT INTO bench.size SELECT :rows, 'workforce, 17,400 groups', pg_column_size(w) FROM summaries;
INSERT INTO bench.size SELECT :rows, 'workforce, 60 professions', pg_column_size(rollup(w))
FROM summaries GROUP BY profession;
INSERT INTO bench.size SELECT :rows, 'workforce, all', pg_column_size(rollup(w)) FROM summaries;
