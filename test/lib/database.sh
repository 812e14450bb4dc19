# shellcheck shell=bash
# Sourced by what runs inside server.sh.

# fresh_database NAME [EXTENSION...]: an empty database with the extension
# where the manual puts it, in a schema that is on the search_path.
fresh_database() {
	local name=$1 extension
	shift
	psql -X -q -v ON_ERROR_STOP=1 -v name="$name" -d postgres <<-'SQL'
		SET client_min_messages = warning;
		DROP DATABASE IF EXISTS :"name" WITH (FORCE);
		CREATE DATABASE :"name";
		ALTER DATABASE :"name" SET search_path = public, education_flow;
	SQL
	{
		for extension in "$@"; do echo "CREATE EXTENSION $extension SCHEMA public;"; done
		echo "CREATE SCHEMA education_flow;"
		echo "CREATE EXTENSION education_flow SCHEMA education_flow;"
	} | psql -X -q -v ON_ERROR_STOP=1 -d "$name"
}
