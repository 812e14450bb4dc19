-- The published figures beside the computed ones; an error where they differ.
\echo 'PUBLISHED AND COMPUTED'
\echo
CREATE TEMPORARY VIEW comparison AS
SELECT reaching_age(w, 65, '2032-12-31') AS reaching,
       min(round(recruitment_need::numeric)) AS least,
       max(round(recruitment_need::numeric)) AS most
FROM region, workforce_project(w, 10, retire_at => 65)
GROUP BY w;

SELECT figure, published, computed
FROM comparison,
     LATERAL (VALUES ('reach pension age up to 2032', '166', reaching::text),
                     ('recruitment need a year', '15 to 20', least || ' to ' || most))
         AS t(figure, published, computed);

DO $$
BEGIN
    IF NOT (SELECT reaching = 166 AND least >= 15 AND most <= 20 FROM comparison) THEN
        RAISE 'the demo does not reproduce the published figures';
    END IF;
END
$$;
