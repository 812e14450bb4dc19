# education_flow: build, install and test.  `make help` lists the targets.
#
# An ordinary PGXS makefile, with two additions: it can be parsed on a machine
# that has no PostgreSQL yet (so that `make demo` and `make test` can install
# it and start again), and the install script is made from src/sql.

EXTENSION  = education_flow
MODULE_big = education_flow

# The directory of this file: "." unless building elsewhere (VPATH).
top := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))

# The control file is authoritative for the version.
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" $(top)/$(EXTENSION).control)

CORE_OBJS := $(patsubst $(top)/%.c,%.o,$(sort $(wildcard $(top)/src/core/*/*.c)))
GLUE_OBJS := $(patsubst $(top)/%.c,%.o,$(sort $(wildcard $(top)/src/pg/*.c)))
OBJS       = $(CORE_OBJS) $(GLUE_OBJS)
OWN_HEADERS := $(wildcard $(top)/src/core/*/*.h $(top)/src/pg/*.h)

INSTALL_SQL = $(EXTENSION)--$(EXTVERSION).sql
DATA_built  = $(INSTALL_SQL)
DATA        = $(patsubst $(top)/%,%,$(sort $(wildcard $(top)/src/sql/released/*.sql $(top)/src/sql/upgrade/*.sql)))

REGRESS      = $(patsubst $(top)/sql/%.sql,%,$(sort $(wildcard $(top)/sql/*.sql)))
REGRESS_OPTS = --inputdir=$(top)

EXTRA_CLEAN = $(EXTENSION)--*.sql .build_id $(top)/demo/education_flow.html

# No contraction into fused multiply-add: the same estimate on every machine.
FLOAT_CFLAGS := -ffp-contract=off

# Declarations may follow statements, as in any C since 1999.  A compiler that
# comes with a standard of its own (CC='gcc -std=gnu23') keeps it.  Who gives CFLAGS
# takes PostgreSQL's away, of which its headers need two.
PG_CPPFLAGS = -I$(top)/src/core -I$(top)/src/pg -DEF_VERSION='"$(EXTVERSION)"'
PG_CFLAGS   = $(if $(findstring -std=,$(CC) $(COPT)),,-std=gnu11) \
              $(FLOAT_CFLAGS) -fno-strict-aliasing -fwrapv -Wno-declaration-after-statement
comma := ,

# What the library calls of its own it calls at once, not through a table that another
# library could change.
SHLIB_LINK  = -lm $(if $(filter linux,$(PORTNAME)),-Wl$(comma)-Bsymbolic-functions)

# WERROR=1 is for developers and CI; a compiler not yet written must not fail
# a user's build.  PostgreSQL's headers are read as system headers then, so
# that only warnings about this project's code count; and clang is given the flags
# that PostgreSQL's own compiler knew.  Large things are no part of a stack, whose
# depth PostgreSQL looks at now and then only; sanitizers blow frames up.
ifdef WERROR
PG_CFLAGS += $(if $(SANITIZE),,-Wframe-larger-than=16384)
PG_CFLAGS += -Wall -Wextra -Werror -Wno-unknown-warning-option -Wno-ignored-optimization-argument
PG_CFLAGS += -isystem $(includedir_server)
endif

# ASSERTIONS=1 builds with assertions, ours and those in PostgreSQL's headers, which
# a server that was built without them supports.
ifdef ASSERTIONS
PG_CPPFLAGS += -DUSE_ASSERT_CHECKING
endif

# SANITIZE=1 builds the library that `make fuzz` loads.
ifdef SANITIZE
OBJS       += test/fuzz/unpoison.o
PG_CFLAGS  += -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SHLIB_LINK += -fsanitize=address,undefined
endif

PG_CONFIG ?= pg_config
PGXS      := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

# Debian packages the makefiles with the client and the headers apart.  What is
# installed already can be tested without headers.
ifneq ($(MAKECMDGOALS),installcheck)
ifeq ($(wildcard $(shell $(PG_CONFIG) --includedir-server 2>/dev/null)/postgres.h),)
PGXS      :=
endif
endif

ifneq ($(PGXS),)

# Bitcode for JIT inlining is optional.  A server package may have been built
# with a clang that is not installed here; that must not fail the build.
pg_makefile := $(dir $(PGXS))../Makefile.global
pg_clang    := $(shell sed -n 's/^CLANG[ \t]*= *//p' $(pg_makefile))
pg_llvm_lto := $(shell sed -n 's/^LLVM_BINPATH[ \t]*= *//p' $(pg_makefile))/llvm-lto
ifneq ($(words $(shell command -v $(pg_clang) 2>/dev/null; command -v $(pg_llvm_lto) 2>/dev/null)),2)
override with_llvm := no
endif

# The estimates are worth -O3, where whoever builds says nothing else; and nobody looks at
# the flags that a division leaves, so both sides of a choice may be computed.
ifeq ($(filter command override,$(firstword $(origin CFLAGS)))$(strip $(COPT)$(PROFILE)),)
CORE_CFLAGS := -O3 -fno-trapping-math
endif

include $(PGXS)

# The flags that keep numbers equal must reach the bitcode too, since the JIT
# compiler can inline it.
override BITCODE_CFLAGS += $(FLOAT_CFLAGS)

$(CORE_OBJS): override CFLAGS += $(CORE_CFLAGS)

# Rebuild when a header, the PostgreSQL version or the kind of build changes.
BUILD_ID = $(VERSION) $(CC) $(CORE_CFLAGS) WERROR=$(WERROR) ASSERTIONS=$(ASSERTIONS) SANITIZE=$(SANITIZE) $(PROFILE) $(COPT)
$(OBJS) $(OBJS:.o=.bc): $(OWN_HEADERS) .build_id
.build_id: FORCE
	@mkdir -p $(sort $(dir $(OBJS)))
	@echo '$(BUILD_ID)' | cmp -s - $@ || echo '$(BUILD_ID)' > $@

# Fragments are named 00_..., 10_..., and come in that order; what types have in
# common they take from templates, *.sql.in.
$(INSTALL_SQL): $(top)/src/sql/expand.awk $(sort $(wildcard $(top)/src/sql/*.sql)) \
		$(wildcard $(top)/src/sql/*.sql.in) $(top)/$(EXTENSION).control
	awk -f $< $(filter %.sql,$^) > $@

else

all install installcheck uninstall:
	@echo "$(PG_CONFIG) names no PostgreSQL server headers: install them" >&2
	@echo "(Debian, Ubuntu: postgresql-server-dev-NN), or set PG_CONFIG=/path/to/pg_config" >&2
	@false

clean:
	rm -rf $(OBJS) $(OBJS:.o=.bc) $(MODULE_big).so $(EXTRA_CLEAN)

endif

# --- Targets that need no installed extension.  Each installs the packages
# --- it lacks, works in temporary directories and leaves nothing behind but the
# --- demo's page, and the picture of it that the tests keep in results/.

# SUITES="core docs" restricts the run.
test:
	@$(top)/test/run.sh $(SUITES)

# With what takes long for its own sake.
test-all:
	@$(top)/test/run.sh suites slow crossings oracle core fuzz docs pgtap regress

# Every major of PostgreSQL that can be had; ARGS="17 18" restricts it to some.
test-majors:
	@$(top)/test/majors.sh $(ARGS)

check-core:
	@$(top)/test/run.sh core

# The layout of pgindent; ARGS="--check" or files.
format:
	@$(top)/test/format.sh $(ARGS)

fuzz:
	@$(top)/test/run.sh fuzz

MINUTES = 1
attack: all
	@$(top)/test/lib/setup.sh attack || true
	@$(top)/test/attack/run.sh $(MINUTES)

oracle:
	@$(top)/test/run.sh oracle

demo:
	@$(top)/test/lib/setup.sh server
	@$(MAKE) --no-print-directory --silent all
	@$(top)/test/lib/server.sh $(top)/demo/run.sh

# The demo's views in Apache Superset, until Ctrl-C; and the same in a browser that is
# driven.  Some minutes each, of which a test of all has only the SQL (suite/superset.sh), but with EF_WHOLE=1 this too.
dashboard test-dashboard:
	@$(top)/test/lib/setup.sh server
	@$(MAKE) --no-print-directory --silent all
	@$(top)/test/lib/server.sh $(top)/$(if $(filter dashboard,$@),demo/dashboard.sh,test/dashboard.sh)

# A server that measures: memory as an analyst would set it, no disk waits, no
# background work.
define BENCH_CONF
shared_buffers = '1GB'
work_mem = '256MB'
maintenance_work_mem = '256MB'
max_wal_size = '8GB'
max_worker_processes = 16
max_parallel_workers = 16
jit = off
autovacuum = off
endef
export BENCH_CONF

bench:
	@$(top)/test/lib/setup.sh server
	@$(MAKE) --no-print-directory --silent all
	@EF_PG_CONF="$$BENCH_CONF" $(top)/test/lib/server.sh $(top)/test/bench/run.sh

# Does the projection's interval cover what it claims, and are credible rates better?
simulation:
	@$(top)/test/lib/setup.sh cc
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT INT TERM && \
	for name in coverage credibility mobility; do \
	    $(or $(CC),cc) -std=gnu11 -O2 $(FLOAT_CFLAGS) -I$(top)/src/core -o "$$dir/$$name" \
	        $(top)/test/simulation/$$name.c $(sort $(wildcard $(top)/src/core/*/*.c)) -lm && \
	    "$$dir/$$name" $(ARGS) || exit; \
	done

# A cluster of three servers.  Citus is taken as it is installed beside PostgreSQL, or from CITUS=DIR.
test-citus:
	@$(top)/test/lib/setup.sh server
	@$(MAKE) --no-print-directory --silent all
	@CITUS='$(CITUS)' $(top)/test/citus.sh

# The packages that others install.  Both pack what git tracks.
deb:
	@$(top)/test/lib/setup.sh deb
	@$(top)/packaging/deb.sh

dist:
	@$(top)/packaging/dist.sh

# Builds the package in one empty Debian and uses it in another.
test-packages:
	@EF_PACKAGES=1 $(top)/test/suite/package.sh

help:
	@echo "make              build the extension"
	@echo "make install      install it into the PostgreSQL of PG_CONFIG"
	@echo "make installcheck run the regression tests in a running server"
	@echo "make demo         show it on made-up data, in a temporary server, and make a page of charts"
	@echo "make dashboard    the demo in Apache Superset, which it installs, in temporary servers, until Ctrl-C"
	@echo "make test         the tests, two at a time, in temporary servers (SUITES='core docs' for some)"
	@echo "make test-all     the same, and those that take long for their own sake, as in CI"
	@echo "make test-majors  the tests with each of PostgreSQL 15 to 19, in Debian roots (as root; ARGS='17 18' for some)"
	@echo "make test-dashboard that dashboard in a browser, its numbers compared with SQL"
	@echo "make test-citus   the same answers from a Citus cluster, where Citus is installed (or in CITUS=directory)"
	@echo "make check-core   unit tests of src/core, sanitizers on; no PostgreSQL needed"
	@echo "make format       give the C files the layout of pgindent (ARGS=--check to see what it would change)"
	@echo "make fuzz         hostile input to the types, sanitizers on"
	@echo "make attack       hostile bytes and queries, kills, full disks: MINUTES=1 of each part"
	@echo "make oracle       the same questions to R's survival package"
	@echo "make bench        benchmarks, in a temporary server"
	@echo "make simulation   coverage of the intervals of projections and required intake, error of credible rates"
	@echo "make deb          a Debian package for each PostgreSQL whose headers are installed, in dist/"
	@echo "make test-packages the package in an empty Debian, as a user installs it"
	@echo "make dist         the archive for PGXN, in dist/"
	@echo "make clean        remove what was built"
	@echo "Variables: PG_CONFIG=path, WERROR=1 (warnings are errors), SUITES, ARGS"

FORCE:
.PHONY: all install installcheck clean test test-all test-majors check-core format fuzz attack oracle demo dashboard test-dashboard test-citus bench simulation deb dist test-packages help FORCE
