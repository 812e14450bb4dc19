"""Runs dbt's commands, one a line of standard input as JSON ([output file, arguments...]), in one process: to
start dbt takes longer than what it does here.  Answers each with a line that has its exit status."""
import contextlib
import json
import os
import sys

from dbt.cli.main import dbtRunner

# Of its own, since what dbt starts may read standard input.
commands = os.fdopen(os.dup(0))
answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
for line in iter(commands.readline, ""):
    output, *arguments = json.loads(line)
    with open(output, "w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        with contextlib.suppress(SystemExit):
            result = dbtRunner().invoke(arguments)
        if result.exception:
            print(result.exception, flush=True)
        sys.stdout.flush()
    print(0 if result.success else 2 if result.exception else 1, file=answers, flush=True)
