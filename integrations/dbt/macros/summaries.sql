{#
The SELECT of a model: one summary for each group of a table, with the day as_of up to which it counts.

    relation        ref() or source(): the table
    group_by        the columns that make the groups; none makes one row
    columns         where a column has another name, {'birth_date': 'fodd'}; or is an expression
    observed_years  how many years are observed before as_of; none: from the beginning
    where           which rows, as in SQL
    history         true: relation is a dbt snapshot. Rows that it has closed do not count. In an
                    incremental model the groups that have changed are made, and no others
#}

{% macro workforce(relation, group_by=[], columns={}, observed_years=5, join_gap=none, where=none, history=false) %}
{%- set c = education_flow.named(columns, ['birth_date', 'start_date', 'end_date', 'reason']) -%}
{%- set arguments = [c.birth_date, c.start_date, c.end_date, c.reason, education_flow.observed(observed_years)] -%}
{%- if c.fte %}{% do arguments.append(c.fte) %}{% endif -%}
{%- set arguments = education_flow.of_people(arguments, c.person_id, join_gap) -%}
{{ education_flow.summary('workforce', arguments, relation, group_by, where, history) }}
{% endmacro %}

{% macro retention(relation, group_by=[], columns={}, observed_years=5, join_gap=none, where=none, history=false) %}
{%- set c = education_flow.named(columns, ['start_date', 'end_date', 'reason']) -%}
{%- set arguments = [c.start_date, c.end_date, c.reason, education_flow.observed(observed_years)] -%}
{%- set arguments = education_flow.of_people(arguments, c.person_id, join_gap) -%}
{{ education_flow.summary('retention', arguments, relation, group_by, where, history) }}
{% endmacro %}

{% macro mobility(relation, group_by=[], columns={}, observed_years=5, where=none, history=false) %}
{%- set c = education_flow.named(columns, ['person_id', 'state', 'start_date', 'end_date']) -%}
{%- set arguments = [c.person_id, c.state, c.start_date, c.end_date, education_flow.observed(observed_years)] -%}
{{ education_flow.summary('mobility', arguments, relation, group_by, where, history) }}
{% endmacro %}

{% macro funnel(relation, stages, within=none, exits=[], modes=[], group_by=[], columns={}, where=none, history=false) %}
{%- set c = education_flow.named(columns, ['person_id', 'stage', 'at']) -%}
{%- set spec %}{{ education_flow.function('funnel_spec') }}({{ education_flow.text_array(stages) }},
        within => {{ education_flow.literal(within) }}, as_of => {{ education_flow.as_of() }},
        exits => {{ education_flow.text_array(exits) }}, modes => {{ education_flow.text_array(modes) }}){% endset -%}
{{ education_flow.summary('funnel', [c.person_id, c.stage, c.at, spec], relation, group_by, where, history) }}
{% endmacro %}

{# What the four have in common. #}
{% macro summary(type, arguments, relation, group_by, where, history) %}
{%- set conditions = [] -%}
{%- if where %}{% do conditions.append('(' ~ where ~ ')') %}{% endif -%}
{%- if history and is_incremental() %}{% do conditions.append(education_flow.changed(relation, group_by)) %}{% endif -%}
SELECT {% for column in group_by %}{{ column }}, {% endfor -%}
    {{ education_flow.as_of() }} AS as_of,
    {% if history -%}
    (SELECT max(greatest(dbt_valid_from, dbt_valid_to)) FROM {{ relation }}) AS history_until,
    {% endif -%}
    {{ education_flow.function(type ~ '_agg') }}(
        {{ arguments | join(', ') }}
    ) {%- if history %} FILTER (WHERE dbt_valid_to IS NULL){% endif %} AS {{ type }}
FROM {{ relation }}
{% if conditions -%}
WHERE {{ conditions | join('\n    AND ') }}
{% endif -%}
{% if group_by -%}
GROUP BY {{ group_by | join(', ') }}
{%- endif -%}
{% endmacro %}

{#
Is the group of this row one to make again? A row that moved to another group is closed in the one and new
in the other, and a row that was deleted is closed: so all groups are found, that of NULL, too. If as_of has
moved on, all of them are made, since summaries of different periods do not add up.
#}
{% macro changed(relation, group_by) -%}
((SELECT bool_or(as_of IS DISTINCT FROM {{ education_flow.as_of() }}) IS NOT FALSE FROM {{ this }})
     {% if group_by -%}
     OR ROW({{ group_by | join(', ') }})::text IN (
         SELECT ROW({{ group_by | join(', ') }})::text FROM {{ relation }}
         WHERE greatest(dbt_valid_from, dbt_valid_to) > (SELECT max(history_until) FROM {{ this }}))
     {%- else -%}
     OR EXISTS (SELECT FROM {{ relation }}
         WHERE greatest(dbt_valid_from, dbt_valid_to) > (SELECT max(history_until) FROM {{ this }}))
     {%- endif %})
{%- endmacro %}

{# The day after the last one observed: the variable as_of, or the first day of this month. #}
{% macro as_of() -%}
{%- if var('as_of', none) -%} {{ education_flow.literal(var('as_of')) }}::date
{%- else -%} date_trunc('month', current_date)::date
{%- endif -%}
{%- endmacro %}

{% macro observed(years) -%}
daterange({% if years is none %}NULL{% else %}({{ education_flow.as_of() }} - interval '{{ years | int }} years')::date{% endif %}, {{ education_flow.as_of() }})
{%- endmacro %}

{% macro of_people(arguments, person, join_gap) -%}
{%- if person -%}
    {%- do return([person] + arguments + ["interval " ~ education_flow.literal(join_gap or '0')]) -%}
{%- elif join_gap -%}
    {%- do exceptions.raise_compiler_error("join_gap joins rows of one person: give columns={'person_id': ...}") -%}
{%- endif -%}
{%- do return(arguments) -%}
{%- endmacro %}

{# Standard names, but for those that columns gives; one that is not known is an error. #}
{% macro named(columns, standard) -%}
{%- set names = {'person_id': none, 'fte': none} -%}
{%- for name in standard %}{% do names.update({name: name}) %}{% endfor -%}
{%- for name in columns if name not in names -%}
    {%- do exceptions.raise_compiler_error('no such column: "' ~ name ~ '"; there are ' ~ (names | join(', '))) -%}
{%- endfor -%}
{%- do names.update(columns) -%}
{%- do return(names) -%}
{%- endmacro %}

{# The functions' schema need not be on the search_path of dbt's role. #}
{% macro function(name) -%}
{{ adapter.quote(var('education_flow_schema', 'education_flow')) }}.{{ name }}
{%- endmacro %}

{% macro literal(text) -%}
{%- if text is none -%}NULL{%- else -%}'{{ (text | string).replace("'", "''") }}'{%- endif -%}
{%- endmacro %}

{% macro text_array(words) -%}
ARRAY[{% for word in words %}{{ education_flow.literal(word) }}{{ ', ' if not loop.last }}{% endfor %}]::text[]
{%- endmacro %}
