-- What happened to whom: the programme's register, and the first day of employment from the region's.
{{ config(materialized='view') }}

SELECT person_id, start_year, event, at
FROM {{ source('register', 'education') }}
UNION ALL
SELECT person_id, start_year, 'employed here', start_date
FROM {{ source('register', 'employment') }} JOIN {{ source('register', 'education') }} USING (person_id)
WHERE event = 'applied'
