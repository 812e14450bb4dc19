-- How many must be recruited a year, by hospital and in all.
{{ config(materialized='view') }}

WITH staff AS (
    SELECT coalesce(hospital, '(total)') AS hospital, {{ education_flow.function('rollup') }}(workforce) AS workforce
    FROM {{ ref('staff') }}
    GROUP BY ROLLUP (staff.hospital)
)
SELECT hospital, year, headcount, retirements, recruitment_need, need_lower, need_upper
FROM staff, {{ education_flow.function('workforce_project') }}(workforce, 10, retire_at => 65)
