-- Who reads the views of the demo, and nothing else, as with "reader" in the mapping (doc/reporting.md).
SET client_min_messages = warning;
SELECT 'CREATE ROLE bi_reader LOGIN' WHERE to_regrole('bi_reader') IS NULL \gexec
GRANT USAGE ON SCHEMA reporting, reporting_summary TO bi_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA reporting, reporting_summary TO bi_reader;
ALTER ROLE bi_reader SET default_transaction_read_only = on;
