/** Texts that tests are made of. */
export const READINGS = `CREATE TABLE readings (
  sensor STRING, room STRING, n INT, big BIGINT, x DOUBLE, ok BOOLEAN, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts
) WITH ('connector' = 'kinesis', 'stream' = 'readings', 'partition-key' = 'sensor', 'format' = 'json');`;

const TUMBLING = "TABLE(TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '0.010' SECOND))";

/** A pipeline of one query: its result has one column for each of `columns`. */
export function query(
  columns: string,
  items: string,
  { from = TUMBLING, where = '', keys = 'sensor', having = '' } = {},
): string {
  return `${READINGS}
CREATE TABLE results (${columns}) WITH ('connector' = 'result-table');
INSERT INTO results SELECT ${items} FROM ${from} ${where}
GROUP BY window_start, window_end${keys === '' ? '' : `, ${keys}`} ${having}`;
}
