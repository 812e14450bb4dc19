{{ config(materialized='materialized_view', indexes=[{'columns': ['start_year'], 'unique': true}]) }}

{{ education_flow.funnel(ref('event'), group_by=['start_year'], columns={'stage': 'event'},
                         stages=['applied', 'admitted', 'started', 'second term', 'graduated', 'employed here'],
                         exits=['rejected', 'declined', 'left'], within='4 years') }}
