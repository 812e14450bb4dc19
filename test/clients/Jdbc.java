/*
 * Jdbc.java URL SCHEMA <VIEWS: reads a reporting schema through PostgreSQL's
 * JDBC driver as Metabase does: synchronises (schemas, privileges, tables,
 * columns with types and comments, keys), takes a sample for the fingerprints,
 * and queries each view with the statements of Metabase's query builder.
 *
 * VIEWS are the names, one a line, that the schema must have, neither more nor
 * fewer.  Prints a line for each, "ok VIEW: ..." or "not ok VIEW: problem; ...",
 * and exits with status 1 if there is a problem.  Java 11; no compilation.
 */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.sql.*;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.*;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.UTF_8;

public class Jdbc {
    /** What a column may be: any other type is one that some tool shows as unknown. */
    enum Kind {
        TEXT("text", Types.VARCHAR, String.class),
        INTEGER("int4", Types.INTEGER, Integer.class),
        BIGINT("int8", Types.BIGINT, Long.class),
        NUMBER("float8", Types.DOUBLE, Double.class),
        DATE("date", Types.DATE, LocalDate.class),
        FLAG("bool", Types.BIT, Boolean.class),
        INSTANT("timestamptz", Types.TIMESTAMP, OffsetDateTime.class);

        final String type;
        final int code;
        final Class<?> java;

        Kind(String type, int code, Class<?> java) {
            this.type = type;
            this.code = code;
            this.java = java;
        }

        static Kind of(String type, int code) {
            for (Kind kind : values())
                if (kind.type.equals(type) && kind.code == code)
                    return kind;
            return null;
        }

        boolean isNumber() {
            return this == INTEGER || this == BIGINT || this == NUMBER;
        }
    }

    static class Column {
        String name;
        String sql;
        Kind kind;
        Object value; // of some row
    }

    static Connection connection;
    static String schema;
    static List<String> problems;

    static void check(boolean good, String problem) {
        if (!good)
            problems.add(problem);
    }

    static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A name as a pattern that matches it alone. */
    static String pattern(String name) {
        return name.replaceAll("([\\\\_%])", "\\\\$1");
    }

    static boolean blank(String text) {
        return text == null || text.isBlank();
    }

    /** A value as Metabase fetches it: dates and times as java.time, the rest as the driver likes. */
    static Object fetch(ResultSet rows, int i) throws SQLException {
        int code = rows.getMetaData().getColumnType(i);
        if (code == Types.DATE)
            return rows.getObject(i, LocalDate.class);
        if (code == Types.TIMESTAMP)
            return rows.getObject(i, OffsetDateTime.class);
        return rows.getObject(i);
    }

    static List<Object[]> query(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(500);
            for (int i = 0; i < parameters.length; i++)
                statement.setObject(i + 1, parameters[i]);
            List<Object[]> result = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Object[] row = new Object[rows.getMetaData().getColumnCount()];
                    for (int i = 0; i < row.length; i++)
                        row[i] = fetch(rows, i + 1);
                    result.add(row);
                }
            }
            return result;
        } catch (SQLException e) {
            throw new SQLException(e.getMessage().replace('\n', ' ') + " in " + sql, e.getSQLState());
        }
    }

    /** A query that must give rows. */
    static void some(String sql, Object... parameters) throws SQLException {
        check(!query(sql, parameters).isEmpty(), "no rows from " + sql);
    }

    /** A query for a count that must not be 0. */
    static void counts(String sql, Object... parameters) throws SQLException {
        check((Long) query(sql, parameters).get(0)[0] > 0, "nothing counted by " + sql);
    }

    /** The tables of the schema that a tool lists, with their types and comments. */
    static Map<String, String[]> listed(DatabaseMetaData data) throws SQLException {
        Map<String, String[]> result = new TreeMap<>();
        try (ResultSet tables = data.getTables(null, pattern(schema), "%", new String[] {
                "TABLE", "PARTITIONED TABLE", "VIEW", "FOREIGN TABLE", "MATERIALIZED VIEW" })) {
            while (tables.next())
                result.put(tables.getString("TABLE_NAME"),
                        new String[] { tables.getString("TABLE_TYPE"), tables.getString("REMARKS") });
        }
        return result;
    }

    static List<Column> columns(DatabaseMetaData data, String view) throws SQLException {
        List<Column> result = new ArrayList<>();
        try (ResultSet columns = data.getColumns(null, pattern(schema), pattern(view), null)) {
            while (columns.next()) {
                Column column = new Column();
                column.name = columns.getString("COLUMN_NAME");
                column.sql = quote(schema) + "." + quote(view) + "." + quote(column.name);
                column.kind = Kind.of(columns.getString("TYPE_NAME"), columns.getInt("DATA_TYPE"));
                check(column.kind != null, "column " + quote(column.name) + " has the unknown type "
                        + columns.getString("TYPE_NAME") + " (" + columns.getInt("DATA_TYPE") + ")");
                check(!blank(columns.getString("REMARKS")),
                        "column " + quote(column.name) + " has no comment");
                result.add(column);
            }
        }

        // Later versions of Metabase ask the catalogs themselves.
        List<Object[]> rows = query("SELECT c.column_name::text, c.udt_schema::text, c.udt_name::text,"
                + " pg_catalog.col_description(format('%I.%I', c.table_schema, c.table_name)::regclass,"
                + " c.ordinal_position)"
                + " FROM information_schema.columns AS c"
                + " WHERE c.table_schema = ? AND c.table_name = ? ORDER BY c.ordinal_position", schema, view);
        check(rows.size() == result.size(),
                "information_schema.columns shows " + rows.size() + " of " + result.size() + " columns");
        for (Object[] row : rows)
            check(row[1].equals("pg_catalog") && !blank((String) row[3]),
                    "information_schema.columns shows " + Arrays.toString(row));
        return result;
    }

    static void noRows(ResultSet rows, String what) throws SQLException {
        try (rows) {
            check(!rows.next(), what + " reported");
        }
    }

    /** Sample as for the fingerprints.  Gives each column a value to filter by. */
    static void sample(String table, List<Column> columns) throws SQLException {
        StringJoiner list = new StringJoiner(", ");
        int number = 0;
        for (Column column : columns)
            list.add(column.kind == Kind.TEXT
                    ? "SUBSTRING(" + column.sql + ", 1, 1234) AS \"substring" + ++number + "\""
                    : column.sql + " AS " + quote(column.name));
        for (Object[] row : query("SELECT " + list + " FROM " + table + " LIMIT 10000"))
            for (int i = 0; i < row.length; i++)
                if (row[i] != null) {
                    Column column = columns.get(i);
                    if (column.kind.java.isInstance(row[i]))
                        column.value = row[i];
                    else
                        check(false, quote(column.name) + " is read as " + row[i].getClass());
                }
    }

    static void build(String from, Column column, Column dimension) throws SQLException {
        String c = column.sql;
        String filtered = "SELECT COUNT(*) AS \"count\"" + from + " WHERE ";
        if (column.value == null) {
            check(false, "column " + quote(column.name) + " has no value in any row");
            return;
        }
        counts(filtered + c + " IS NOT NULL");
        if (column.kind == Kind.TEXT) {
            String value = (String) column.value;
            some("SELECT " + c + " AS \"c\"" + from + " GROUP BY " + c + " ORDER BY " + c + " ASC LIMIT 1000");
            some("SELECT " + c + " AS \"c\", COUNT(*) AS \"count\"" + from + " WHERE (" + c + " IS NOT NULL) AND ("
                    + c + " <> '' OR " + c + " IS NULL) GROUP BY " + c + " ORDER BY \"count\" DESC, " + c
                    + " ASC LIMIT 2000");
            counts(filtered + c + " = ?", value);
            counts(filtered + "(" + c + " = ?) OR (" + c + " = ?)", "'; DROP TABLE x; --", value);
            counts(filtered + c + " LIKE ?", "%" + pattern(value.substring(value.length() / 2)) + "%");
        } else if (column.kind.isNumber()) {
            some("SELECT COUNT(DISTINCT " + c + ") AS \"count\", SUM(" + c + ") AS \"sum\", AVG(" + c
                    + ") AS \"avg\", MIN(" + c + ") AS \"min\", MAX(" + c + ") AS \"max\", STDDEV_POP(" + c
                    + ") AS \"stddev\"" + from);
            counts(filtered + c + " BETWEEN ? AND ?", column.value, column.value);
            some("SELECT FLOOR((" + c + " / 10.0)) * 10.0 AS \"c\", COUNT(*) AS \"count\"" + from
                    + " GROUP BY FLOOR((" + c + " / 10.0)) * 10.0 ORDER BY FLOOR((" + c + " / 10.0)) * 10.0 ASC");
            if (dimension != null)
                some("SELECT " + dimension.sql + " AS \"d\", SUM(" + c + ") AS \"sum\"" + from + " WHERE "
                        + dimension.sql + " = ? GROUP BY " + dimension.sql + " ORDER BY \"sum\" DESC, "
                        + dimension.sql + " ASC LIMIT 2000", dimension.value);
        } else if (column.kind == Kind.FLAG) {
            some("SELECT " + c + " AS \"c\", COUNT(*) AS \"count\"" + from + " GROUP BY " + c + " ORDER BY " + c);
            counts(filtered + c + " = " + column.value.toString().toUpperCase(Locale.ROOT));
        } else {
            boolean date = column.kind == Kind.DATE;
            String year = date ? "CAST(DATE_TRUNC('year', " + c + ") AS date)" : "DATE_TRUNC('year', " + c + ")";
            some("SELECT " + year + " AS \"c\", COUNT(*) AS \"count\"" + from + " GROUP BY " + year + " ORDER BY "
                    + year + " ASC");
            counts(filtered + c + " >= ? AND " + c + " < ?", column.value, date
                    ? ((LocalDate) column.value).plusDays(1)
                    : ((OffsetDateTime) column.value).plusDays(1));
            some("SELECT MIN(" + c + ") AS \"min\", MAX(" + c + ") AS \"max\"" + from);
        }
    }

    /** What is good to know of a view that has no problem. */
    static String view(DatabaseMetaData data, String view, String[] listed) throws SQLException {
        if (listed == null) {
            check(false, "not listed");
            return "";
        }
        String table = quote(schema) + "." + quote(view);
        check(listed[0].equals("VIEW"), "listed as " + listed[0]);
        check(!blank(listed[1]), "the view has no comment");
        List<Column> columns = columns(data, view);
        noRows(data.getPrimaryKeys(null, schema, view), "a primary key");
        noRows(data.getImportedKeys(null, schema, view), "a foreign key");

        if (query("SELECT TRUE FROM pg_catalog.pg_views AS v WHERE v.schemaname = ? AND v.viewname = ?"
                + " AND pg_catalog.has_schema_privilege(current_user, v.schemaname, 'usage')"
                + " AND pg_catalog.has_any_column_privilege(current_user,"
                + " format('%I.%I', v.schemaname, v.viewname), 'select')", schema, view).isEmpty()) {
            check(false, "no privilege to select");
            return "";
        }
        query("SELECT TRUE AS \"_\" FROM " + table + " WHERE 1 <> 1 LIMIT 0");
        long rows = (Long) query("SELECT COUNT(*) AS \"count\" FROM " + table).get(0)[0];
        check(rows > 0, "no rows");
        columns.removeIf(column -> column.kind == null);
        if (rows > 0 && !columns.isEmpty()) {
            sample(table, columns);
            Column dimension = null;
            for (Column column : columns)
                if (column.kind == Kind.TEXT && dimension == null && column.value != null)
                    dimension = column;
            for (Column column : columns)
                build(" FROM " + table, column, dimension);
        }
        return rows + " rows, " + columns.size() + " columns";
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
        Set<String> expected = in.lines().collect(Collectors.toSet());
        schema = arguments[1];

        boolean good = true;
        connection = DriverManager.getConnection(arguments[0]);
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        connection.createStatement().execute("SET SESSION TIMEZONE TO 'Europe/Stockholm'");
        connection.commit();
        DatabaseMetaData data = connection.getMetaData();
        Map<String, String[]> listed = listed(data);
        Set<String> names = new TreeSet<>(expected);
        names.addAll(listed.keySet());
        for (String name : names) {
            String found;
            problems = new ArrayList<>();
            check(expected.contains(name), "listed, but not expected");
            try {
                found = view(data, name, listed.get(name));
            } catch (SQLException e) {
                found = "";
                problems.add(e.getMessage().replace('\n', ' '));
            }
            connection.rollback();
            good &= problems.isEmpty();
            out.println(problems.isEmpty() ? "ok " + name + ": " + found
                    : "not ok " + name + ": " + String.join("; ", problems));
        }
        connection.close();
        System.exit(good ? 0 : 1);
    }
}
