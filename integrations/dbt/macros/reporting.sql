{#
Makes the views for reporting tools (doc/reporting.md), or brings them up to date: executes what
reporting_ddl answers. For on-run-end, or dbt run-operation. mapping is a dict, or JSON.
#}
{% macro reporting(schema, mapping) %}
{%- if execute -%}
    {%- set json = mapping if mapping is string else tojson(mapping) -%}
    {%- set statements = run_query('SELECT ' ~ education_flow.function('reporting_ddl') ~ '(' ~ education_flow.literal(schema)
                                   ~ ', ' ~ education_flow.literal(json) ~ '::jsonb)').columns[0].values() -%}
    {%- for statement in statements %}{% do run_query(statement) %}{% endfor -%}
    {%- do run_query('COMMIT') -%}
    {%- do log(statements | length ~ ' statements made schema ' ~ schema, info=true) -%}
{%- endif -%}
{% endmacro %}
