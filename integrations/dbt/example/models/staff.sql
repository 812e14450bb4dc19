-- One row a hospital. Only the hospitals whose rows have changed are made again.
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['hospital']) }}

{{ education_flow.workforce(ref('employment_history'), group_by=['hospital'], history=true) }}
