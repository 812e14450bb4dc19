#!/bin/bash
# suite/citus.sh: prints TAP.  The cluster of citus.sh where Citus is there, beside PostgreSQL or in the directory CITUS.
exec "$(dirname "${BASH_SOURCE[0]}")/../citus.sh"
