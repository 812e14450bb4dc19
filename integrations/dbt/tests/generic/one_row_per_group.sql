{#
No group is there twice, or it would be counted twice. NULL is a group, too: dbt's incremental models do not replace
the row of a unique_key that is NULL, but add another. Give NULL a name before it gets here.
#}
{% test one_row_per_group(model, group_by) %}
SELECT {{ group_by | join(', ') }}, count(*) AS rows
FROM {{ model }}
GROUP BY {{ group_by | join(', ') }}
HAVING count(*) > 1{% for column in group_by %} OR {{ column }} IS NULL{% endfor %}
{% endtest %}
