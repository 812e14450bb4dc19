{#
Those who reached the first stage of a funnel, added up over all groups, are the people who have an event of it before as_of;
who is in two groups (group_by as in the model) counts in both.
#}
{% test everybody_entered(model, column_name, relation, first_stage, columns={}, group_by=[], where=none) %}
{%- set c = education_flow.named(columns, ['person_id', 'stage', 'at']) -%}
WITH summed AS (
    SELECT coalesce(sum(s.entered), 0) AS entered
    FROM {{ model }}, {{ education_flow.function('funnel_stages') }}({{ column_name }}) AS s
    WHERE s.stage_no = 1
), counted AS (
    SELECT count(DISTINCT ({{ ([c.person_id] + group_by) | join(', ') }})) AS entered
    FROM {{ relation }}
    WHERE {{ c.stage }} = {{ education_flow.literal(first_stage) }} AND {{ c.at }} < (SELECT max(as_of) FROM {{ model }})
        AND {{ c.person_id }} IS NOT NULL
        {%- if where %} AND ({{ where }}){% endif %}
)
SELECT summed.entered AS of_the_summaries, counted.entered AS of_the_rows
FROM summed, counted
WHERE summed.entered IS DISTINCT FROM counted.entered
{% endtest %}
