/*
 * odbc.c: reads a reporting schema through ODBC as Excel and Power Query do:
 * lists the tables and columns, asks for keys, describes and fetches every
 * column as its native C type, filters with bound parameters, and runs the
 * nested statements that Power Query folds its steps into.
 *
 *   odbc CONNECTION_STRING SCHEMA <VIEWS
 *
 * VIEWS are the names, one a line, that the schema must have, neither more nor
 * fewer.  Prints a line for each, "ok VIEW: ..." or "not ok VIEW: problem; ...",
 * and exits with status 1 if there is a problem.
 *
 * A program of a second or two: nothing is freed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sql.h>
#include <sqlext.h>

/*
 * What a column may be.  The driver passes any type that it does not know off
 * as text of 255 characters, so the name of the type counts too.
 */
typedef struct Kind
{
	const char *name;			/* in PostgreSQL */
	const char *standard;		/* in information_schema */
	SQLSMALLINT types[4];		/* of ODBC; which one is up to the options */
	SQLSMALLINT c_type;
} Kind;

static const Kind kinds[] = {
	{"text", "text", {SQL_LONGVARCHAR, SQL_VARCHAR, SQL_WLONGVARCHAR, SQL_WVARCHAR}, SQL_C_CHAR},
	{"int4", "integer", {SQL_INTEGER}, SQL_C_SLONG},
	{"int8", "bigint", {SQL_BIGINT}, SQL_C_SBIGINT},
	{"float8", "double precision", {SQL_DOUBLE, SQL_FLOAT}, SQL_C_DOUBLE},
	{"date", "date", {SQL_TYPE_DATE}, SQL_C_TYPE_DATE},
	{"bool", "boolean", {SQL_VARCHAR, SQL_BIT, SQL_WVARCHAR}, SQL_C_BIT},
	{"timestamptz", "timestamp with time zone", {SQL_TYPE_TIMESTAMP}, SQL_C_TYPE_TIMESTAMP},
};

typedef union Value
{
	char text[	1024];
	SQLINTEGER	slong;
	SQLBIGINT	sbigint;
	double		number;
	unsigned char bit;
	SQL_DATE_STRUCT date;
	SQL_TIMESTAMP_STRUCT timestamp;
} Value;

typedef struct Column
{
	char		name[256];
	const Kind *kind;
	SQLSMALLINT type;
	SQLULEN		size;
	SQLSMALLINT digits;			/* of the fraction of a second */
	Value		value;			/* of some row */
	SQLLEN		length;			/* of it; SQL_NULL_DATA if no row has one */
} Column;

typedef struct View
{
	char	   *name;
	char	   *type;			/* as listed, or NULL */
	bool		expected;
} View;

#define MAX_VIEWS 256

static View views[MAX_VIEWS];
static int	number_of_views;
static SQLHDBC connection;
static SQLHSTMT statement;
static const char *schema;
static char problems[8192];
static bool failed;
static jmp_buf give_up;			/* the rest of a view, after an error */

static char *
text(const char *format,...)
{
	va_list		arguments;
	char	   *result;

	va_start(arguments, format);
	if (vasprintf(&result, format, arguments) < 0)
		abort();
	va_end(arguments);
	return result;
}

static void
problem(const char *what)
{
	size_t		used = strlen(problems);

	snprintf(problems + used, sizeof(problems) - used, "%s%s", used > 0 ? "; " : "", what);
	for (char *c = problems + used; *c; c++)
		if (*c == '\n')
			*c = ' ';
}

static void
check(bool good, const char *what)
{
	if (!good)
		problem(what);
}

static void
require_of(SQLSMALLINT type, SQLHANDLE handle, SQLRETURN status, const char *what)
{
	SQLCHAR		message[SQL_MAX_MESSAGE_LENGTH] = "no message";
	SQLCHAR		state[6];

	if (SQL_SUCCEEDED(status) || status == SQL_NO_DATA)
		return;
	SQLGetDiagRec(type, handle, 1, state, NULL, message, sizeof(message), NULL);
	problem(text ("%s in %s", (char *) message, what));
	longjmp(give_up, 1);
}

static void
require(SQLRETURN status, const char *what)
{
	require_of(SQL_HANDLE_STMT, statement, status, what);
}

/* A copy in which escape precedes each special character. */
static char *
escaped(const char *name, const char *special, char escape)
{
	char	   *result = malloc(2 * strlen(name) + 1);
	char	   *to = result;

	for (; *name; *to++ = *name++)
		if (strchr(special, *name))
			*to++ = escape;
	*to = '\0';
	return result;
}

static char *
quote(const char *name)
{
	return text ("\"%s\"", escaped(name, "\"", '"'));
}

/* A name as a pattern that matches it alone. */
static SQLCHAR *
pattern(const char *name)
{
	return (SQLCHAR *) escaped(name, "\\_%", '\\');
}

static void
next_statement(void)
{
	SQLFreeStmt(statement, SQL_CLOSE);
	SQLFreeStmt(statement, SQL_UNBIND);
	SQLFreeStmt(statement, SQL_RESET_PARAMS);
}

/* Column number of the row as text, in pieces as small as the buffer makes them. */
static SQLLEN
get_text(int number, char *buffer, size_t size)
{
	size_t		used = 0;
	SQLLEN		length = 0;
	SQLRETURN	status;

	buffer[0] = '\0';
	do
	{
		size_t		piece = size - used < 8 ? size - used : 8;

		status = SQLGetData(statement, number, SQL_C_CHAR, buffer + used, piece, &length);
		require(status, "SQLGetData");
		if (length == SQL_NULL_DATA)
			return SQL_NULL_DATA;
		used += strlen(buffer + used);
	} while (status == SQL_SUCCESS_WITH_INFO && used + 1 < size);
	return used;
}

/* Executes sql with the value of a column as each of its parameters. */
static void
execute(const char *sql, Column *column, int parameters)
{
	next_statement();
	require(SQLPrepare(statement, (SQLCHAR *) sql, SQL_NTS), sql);
	for (int i = 1; i <= parameters; i++)
		require(SQLBindParameter(statement, i, SQL_PARAM_INPUT, column->kind->c_type, column->type,
								 column->size, column->digits, &column->value, sizeof(column->value),
								 &column->length), sql);
	require(SQLExecute(statement), sql);
}

static bool
next_row(const char *sql)
{
	SQLRETURN	status = SQLFetch(statement);

	require(status, sql);
	return status != SQL_NO_DATA;
}

/* A query that must give rows. */
static void
some(const char *sql, Column *column, int parameters)
{
	execute(sql, column, parameters);
	check(next_row(sql), text ("no rows from %s", sql));
	while (next_row(sql))
		;
}

/* A query for a count that must not be 0. */
static SQLBIGINT
counts(const char *sql, Column *column, int parameters)
{
	SQLBIGINT	count = 0;

	execute(sql, column, parameters);
	require(SQLBindCol(statement, 1, SQL_C_SBIGINT, &count, 0, NULL), sql);
	next_row(sql);
	check(count > 0, text ("nothing counted by %s", sql));
	return count;
}

static void
no_rows(SQLRETURN status, const char *what)
{
	require(status, what);
	check(!next_row(what), text ("%s gives rows", what));
	next_statement();
}

/* The columns as the catalog functions show them. */
static int
get_columns(const char *view, Column *columns, int limit)
{
	int			n = 0;
	char		type_name[256];
	char		sql[] = "select COLUMN_NAME, DATA_TYPE from INFORMATION_SCHEMA.columns"
		" where TABLE_SCHEMA = ? and TABLE_NAME = ? order by ORDINAL_POSITION";

	next_statement();
	require(SQLColumns(statement, NULL, 0, pattern(schema), SQL_NTS, pattern(view), SQL_NTS, NULL, 0),
			"SQLColumns");
	while (n < limit && next_row("SQLColumns"))
	{
		Column	   *column = &columns[n++];
		SQLBIGINT	size = 0;
		bool		known = false;

		memset(column, 0, sizeof(Column));
		column->length = SQL_NULL_DATA;
		get_text(4, column->name, sizeof(column->name));
		SQLGetData(statement, 5, SQL_C_SSHORT, &column->type, 0, NULL);
		get_text(6, type_name, sizeof(type_name));
		SQLGetData(statement, 7, SQL_C_SBIGINT, &size, 0, NULL);
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
			if (strcmp(kinds[i].name, type_name) == 0)
				column->kind = &kinds[i];
		for (int i = 0; column->kind && i < 4; i++)
			known |= column->type != SQL_UNKNOWN_TYPE && column->type == column->kind->types[i];
		if (!known)
			column->kind = NULL;
		check(known, text ("column \"%s\" has the unknown type %s (%d)", column->name, type_name, column->type));
		check(size > 0, text ("column \"%s\" has size %ld", column->name, (long) size));
	}

	/* Power BI's own connector reads the information schema. */
	next_statement();
	require(SQLPrepare(statement, (SQLCHAR *) sql, SQL_NTS), sql);
	require(SQLBindParameter(statement, 1, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 63, 0,
							 (SQLPOINTER) schema, 0, NULL), sql);
	require(SQLBindParameter(statement, 2, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR, 63, 0,
							 (SQLPOINTER) view, 0, NULL), sql);
	require(SQLExecute(statement), sql);
	for (int i = 0; i < n; i++)
	{
		char		name[256] = "";

		if (next_row(sql))
			get_text(1, name, sizeof(name)), get_text(2, type_name, sizeof(type_name));
		if (strcmp(name, columns[i].name) != 0 ||
			(columns[i].kind && strcmp(type_name, columns[i].kind->standard) != 0))
		{
			problem(text ("information_schema.columns shows \"%s\" for column \"%s\"", name, columns[i].name));
			return n;
		}
	}
	check(!next_row(sql), "information_schema.columns shows more columns");
	return n;
}

/*
 * Fetches all rows, the numbers and dates by binding, the texts piece by piece.
 * Gives each column a value to filter by.
 */
static SQLBIGINT
fetch(const char *from, Column *columns, int n)
{
	SQLBIGINT	rows = 0;
	char	   *sql = "select ";
	Value	   *values = calloc(n, sizeof(Value));
	SQLLEN	   *lengths = calloc(n, sizeof(SQLLEN));

	for (int i = 0; i < n; i++)
		sql = text	("%s%s\"$Table\".%s as %s", sql, i > 0 ? ", " : "", quote(columns[i].name), quote(columns[i].name));
	sql = text	("%s from %s \"$Table\"", sql, from);

	execute(sql, NULL, 0);
	for (int i = 0; i < n; i++)
	{
		SQLCHAR		name[256];
		SQLSMALLINT type;

		require(SQLDescribeCol(statement, i + 1, name, sizeof(name), NULL, &type, &columns[i].size,
							   &columns[i].digits, NULL), sql);
		check(strcmp((char *) name, columns[i].name) == 0 && type == columns[i].type && columns[i].size > 0,
			  text ("column \"%s\" is described as \"%s\" %d(%lu)", columns[i].name, (char *) name, type,
					(unsigned long) columns[i].size));
		if (columns[i].kind && columns[i].kind->c_type != SQL_C_CHAR)
			require(SQLBindCol(statement, i + 1, columns[i].kind->c_type, &values[i], sizeof(Value), &lengths[i]), sql);
	}
	for (; next_row(sql); rows++)
		for (int i = 0; i < n; i++)
		{
			if (!columns[i].kind)
				continue;
			if (columns[i].kind->c_type == SQL_C_CHAR)
				lengths[i] = get_text(i + 1, values[i].text, sizeof(values[i].text));
			if (lengths[i] != SQL_NULL_DATA)
			{
				columns[i].value = values[i];
				columns[i].length = lengths[i];
			}
		}
	return rows;
}

/* The statements that steps on a column fold into. */
static void
fold(const char *from, Column *column, const Column *measure)
{
	char	   *name = quote(column->name);
	char	   *filtered = text ("select count(*) as \"count\" from %s \"_\" where \"_\".%s", from, name);

	if (column->length == SQL_NULL_DATA)
	{
		problem(text ("column \"%s\" has no value in any row", column->name));
		return;
	}
	counts(text ("%s is not null", filtered), NULL, 0);
	counts(text ("%s = ?", filtered), column, 1);
	some(text ("select \"_\".%s from (select \"rows\".%s as %s from %s \"rows\" group by %s) \"_\""
			   " order by \"_\".%s limit 501", name, name, name, from, name, name), NULL, 0);
	if (column->kind->c_type == SQL_C_BIT)
		return;
	counts(text ("%s >= ? and \"_\".%s <= ?", filtered, name), column, 2);
	some(text ("select min(\"rows\".%s) as \"a0\", max(\"rows\".%s) as \"a1\", count(distinct \"rows\".%s) as \"a2\""
			   " from %s \"rows\"", name, name, name, from), NULL, 0);
	if (column->kind->c_type == SQL_C_CHAR && measure)
	{
		char	   *sum = quote(measure->name);

		some(text ("select \"_\".%s, \"_\".\"a0\", \"_\".\"a1\" from (select \"rows\".%s as %s, sum(\"rows\".%s) as \"a0\","
				   " avg(\"rows\".%s) as \"a1\" from (select \"_\".%s, \"_\".%s from %s \"_\""
				   " where \"_\".%s = ? and \"_\".%s is not null) \"rows\" group by %s) \"_\""
				   " where not \"_\".\"a0\" is null limit 1000001",
				   name, name, name, sum, sum, name, sum, from, name, name, name), column, 1);
	}
}

static char *
check_view(const char *view, const char *type)
{
	char	   *from = text ("%s.%s", quote(schema), quote(view));
	Column		columns[64];
	const Column *measure = NULL;
	int			n;
	SQLBIGINT	rows;

	if (!type)
	{
		problem("not listed");
		return "";
	}
	check(strcmp(type, "VIEW") == 0, text ("listed as %s", type));
	n = get_columns(view, columns, 64);
	next_statement();
	no_rows(SQLPrimaryKeys(statement, NULL, 0, (SQLCHAR *) schema, SQL_NTS, (SQLCHAR *) view, SQL_NTS),
			"SQLPrimaryKeys");
	no_rows(SQLForeignKeys(statement, NULL, 0, NULL, 0, NULL, 0, NULL, 0, (SQLCHAR *) schema, SQL_NTS,
						   (SQLCHAR *) view, SQL_NTS), "SQLForeignKeys");
	no_rows(SQLStatistics(statement, NULL, 0, (SQLCHAR *) schema, SQL_NTS, (SQLCHAR *) view, SQL_NTS,
						  SQL_INDEX_UNIQUE, SQL_QUICK), "SQLStatistics");

	rows = fetch(from, columns, n);
	check(rows > 0, "no rows");
	for (int i = 0; i < n && rows > 0; i++)
		if (columns[i].kind && (columns[i].kind->c_type == SQL_C_SBIGINT || columns[i].kind->c_type == SQL_C_DOUBLE) &&
			!measure && columns[i].length != SQL_NULL_DATA)
			measure = &columns[i];
	for (int i = 0; i < n && rows > 0; i++)
		if (columns[i].kind)
			fold(from, &columns[i], measure);
	return text ("%ld rows, %d columns", (long) rows, n);
}

/* Prints a line about the view. */
static void
report_view(int i)
{
	problems[0] = '\0';
	check(views[i].expected, "listed, but not expected");
	if (setjmp(give_up) == 0)
	{
		char	   *found = check_view(views[i].name, views[i].type);

		if (!problems[0])
			printf("ok %s: %s\n", views[i].name, found);
	}
	next_statement();
	if (problems[0])
	{
		printf("not ok %s: %s\n", views[i].name, problems);
		failed = true;
	}
}

static void
read_expected(void)
{
	char		line[256];

	for (; number_of_views < MAX_VIEWS && fgets(line, sizeof(line), stdin); number_of_views++)
	{
		line[strcspn(line, "\n")] = '\0';
		views[number_of_views].name = text ("%s", line);

		views[number_of_views].expected = true;
	}
}

static void
list_views(void)
{
	char		name[256];
	char		type[256];

	require(SQLTables(statement, NULL, 0, pattern(schema), SQL_NTS, (SQLCHAR *) "%", SQL_NTS,
					  (SQLCHAR *) "TABLE,VIEW", SQL_NTS), "SQLTables");
	while (next_row("SQLTables"))
	{
		int			i = 0;

		get_text(3, name, sizeof(name));
		get_text(4, type, sizeof(type));
		while (i < number_of_views && strcmp(views[i].name, name) != 0)
			i++;
		if (i == MAX_VIEWS)
			break;
		if (i == number_of_views)
			views[number_of_views++].name = text ("%s", name);
		views[i].type = text ("%s", type);
	}
}

int
main(int argc, char **argv)
{
	SQLHENV		environment;

	if (argc != 3)
	{
		fprintf(stderr, "usage: odbc CONNECTION_STRING SCHEMA <VIEWS\n");
		return 2;
	}
	schema = argv[2];
	read_expected();

	SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
	SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER) SQL_OV_ODBC3, 0);
	SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection);
	if (setjmp(give_up) != 0)
	{
		printf("not ok connection: %s\n", problems);
		return 1;
	}
	require_of(SQL_HANDLE_DBC, connection,
			   SQLDriverConnect(connection, NULL, (SQLCHAR *) argv[1], SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT),
			   "SQLDriverConnect");
	SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement);
	list_views();
	for (int i = 0; i < number_of_views; i++)
		report_view(i);
	SQLDisconnect(connection);
	return failed ? 1 : 0;
}
