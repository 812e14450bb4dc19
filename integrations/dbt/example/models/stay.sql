{{ config(materialized='materialized_view', indexes=[{'columns': ['hospital'], 'unique': true}]) }}

{{ education_flow.retention(source('register', 'employment'), group_by=['hospital']) }}
