{# Groups with rows that were not counted, since a date is missing or the like; up to at_most each are well. #}
{% test nobody_skipped(model, column_name, at_most=0) %}
SELECT *, {{ education_flow.function('skipped') }}({{ column_name }}) AS skipped
FROM {{ model }}
WHERE {{ column_name }} IS NOT NULL AND {{ education_flow.function('skipped') }}({{ column_name }}) > {{ at_most | int }}
{% endtest %}
