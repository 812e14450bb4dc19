// duckdb.mjs DIRECTORY: DuckDB with two threads and its own storage in DIRECTORY. Reads a statement
// a line, and answers each with a line: milliseconds, those of processor time, version of DuckDB.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const directory = process.argv[2];
const found = createRequire(directory + '/').resolve('@duckdb/node-api');
const { DuckDBInstance, version } = await import(pathToFileURL(found));
const instance = await DuckDBInstance.create(directory + '/duckdb', { threads: '2' });
const connection = await instance.connect();

for await (const statement of createInterface({ input: process.stdin })) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    await (await connection.run(statement)).getRowsJson();
    const ms = performance.now() - start;
    const used = process.cpuUsage(cpu);
    console.log(`${ms} ${(used.user + used.system) / 1000} ${version()}`);
}
