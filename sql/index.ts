/** Pipelines in SQL. */
export { sql } from './sql.ts';
export { SqlError, type SqlErrorCode } from './sql-error.ts';
