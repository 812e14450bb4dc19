{#
All summaries of a model end where they should, at the variable as_of. dbt refreshes a materialized view, and does not
see that its SQL has changed: then this fails until dbt run --full-refresh.
#}
{% test up_to_as_of(model) %}
SELECT as_of, {{ education_flow.as_of() }} AS expected, count(*) AS groups
FROM {{ model }}
GROUP BY as_of
HAVING as_of IS DISTINCT FROM {{ education_flow.as_of() }}
{% endtest %}
