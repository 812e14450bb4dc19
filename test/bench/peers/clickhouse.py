"""clickhouse.py DIRECTORY: ClickHouse with two threads and its own storage in DIRECTORY. Reads a
statement a line, and answers each with a line: milliseconds, those of processor time, version.
Rows come as CSV into memory."""
import sys
import time

from chdb import session

found = session.Session(sys.argv[1] + "/clickhouse")
found.query("SET max_threads = 2")
version = str(found.query("SELECT version()", "TSV")).strip()
for statement in sys.stdin:
    cpu = time.process_time()
    start = time.perf_counter()
    found.query(statement, "CSV")
    print((time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000, version, flush=True)
