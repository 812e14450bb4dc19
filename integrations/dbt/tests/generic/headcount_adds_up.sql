{#
The headcount of a workforce, added up over all groups, is the number of rows of the table on the last day
observed; with person_id, that of people in groups (group_by as in the model), since who is in two groups counts
in both. Counted in plain SQL, without a summary: so a group that is stale, missing or there twice is found.
#}
{% test headcount_adds_up(model, column_name, relation, columns={}, group_by=[], where=none) %}
{%- set c = education_flow.named(columns, ['birth_date', 'start_date', 'end_date']) -%}
WITH summed AS (
    SELECT coalesce(sum({{ education_flow.function('headcount') }}({{ column_name }})), 0) AS headcount,
           max(as_of) - 1 AS day
    FROM {{ model }}
), counted AS (
    SELECT count({% if c.person_id %}DISTINCT ({{ ([c.person_id] + group_by) | join(', ') }}){% else %}*{% endif %}) AS headcount
    FROM {{ relation }}
    WHERE {{ c.start_date }} <= (SELECT day FROM summed)
        AND ({{ c.end_date }} > (SELECT day FROM summed) OR {{ c.end_date }} IS NULL)
        AND {{ c.birth_date }} IS NOT NULL
        {%- if where %} AND ({{ where }}){% endif %}
)
SELECT summed.day, summed.headcount AS of_the_summaries, counted.headcount AS of_the_rows
FROM summed, counted
WHERE summed.headcount IS DISTINCT FROM counted.headcount
{% endtest %}
