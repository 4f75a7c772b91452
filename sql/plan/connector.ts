/** What a table's WITH says: where records come from, or results go. */
import { nearest } from '../nearest.ts';
import { shown, SqlError } from '../sql-error.ts';
import type { CreateTable, Name, Option } from '../syntax/ast.ts';

export type Connector =
  | { readonly kind: 'kinesis'; readonly stream: string; readonly partitionKey: Name | undefined }
  | { readonly kind: 'result-table' }
  | { readonly kind: 'lake' };

const OPTIONS: Readonly<Record<Connector['kind'], readonly string[]>> = {
  kinesis: ['connector', 'stream', 'partition-key', 'format'],
  'result-table': ['connector'],
  lake: ['connector'],
};

/** @throws SQL_INVALID, SQL_UNKNOWN_NAME, SQL_UNSUPPORTED: nothing is passed over */
export function connectorOf({ name, options }: CreateTable): Connector {
  const kind = required(options, 'connector', name, "write 'connector' = 'kinesis', 'result-table' or 'lake'");
  if (!Object.hasOwn(OPTIONS, kind.text)) {
    const near = nearest(kind.text, Object.keys(OPTIONS)) ?? Object.keys(OPTIONS).join(', ');
    throw new SqlError('SQL_UNKNOWN_NAME', kind.span, `expected a connector, got ${shown(kind.text)}`, `write ${near}`);
  }
  const known = OPTIONS[kind.text as Connector['kind']];
  const seen = new Set<string>();
  for (const { key } of options) {
    if (!known.includes(key.text)) {
      const remedy = `write ${nearest(key.text, known) ?? known.join(', ')}, or leave it out`;
      throw new SqlError(
        'SQL_UNKNOWN_NAME',
        key.span,
        `expected an option of ${kind.text}, got ${shown(key.text)}`,
        remedy,
      );
    }
    if (seen.has(key.text))
      throw new SqlError(
        'SQL_INVALID',
        key.span,
        `expected each option once, got ${shown(key.text)} twice`,
        'leave one out',
      );
    seen.add(key.text);
  }
  if (kind.text !== 'kinesis') return { kind: kind.text as 'result-table' | 'lake' };
  const format = required(options, 'format', name, "write 'format' = 'json'");
  if (format.text !== 'json')
    throw new SqlError(
      'SQL_UNSUPPORTED',
      format.span,
      `expected the format json, got ${shown(format.text)}`,
      "write 'format' = 'json'",
    );
  const stream = required(options, 'stream', name, "write 'stream' = 'orders'");
  return { kind: 'kinesis', stream: stream.text, partitionKey: optional(options, 'partition-key') };
}

function optional(options: readonly Option[], key: string): Name | undefined {
  return options.find((option) => option.key.text === key)?.value;
}

function required(options: readonly Option[], key: string, table: Name, remedy: string): Name {
  const value = optional(options, key);
  if (value !== undefined) return value;
  throw new SqlError(
    'SQL_INVALID',
    table.span,
    `expected the option '${key}' of table ${table.text.slice(0, 60)}, got none`,
    remedy,
  );
}
