{{ config(materialized='materialized_view') }}

{{ education_flow.mobility(source('register', 'workplace'), columns={'state': 'hospital'}) }}
