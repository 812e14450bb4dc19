\ir funnel.sql
