import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DAY } from './lake-columns.ts';
import type { LakeColumn } from './lake-columns.ts';

export interface LakeQueriesProps {
  /** Of the workgroup. */
  readonly name: string;
  readonly database: string;
  /** undefined: the pipeline has no results in the lake. */
  readonly results: readonly LakeColumn[] | undefined;
}

/** A query that people begin with: a day to fill in, columns by name. */
export interface SavedQuery {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
}

const LAST_WEEK = `${DAY} >= date_format(current_date - interval '7' day, '%Y-%m-%d')`;

/** Of rows that the release before has written, 0. */
const LOG_EPOCH = 'coalesce("logepochms", 0)';

/** What is asked of a lake first. Repeats of an at-least-once sink are dropped by id, or by the newest log and revision. */
export function savedQueries(results: readonly LakeColumn[] | undefined): SavedQuery[] {
  return [...(results === undefined ? [] : resultQueries(results)), refusedQuery()];
}

function resultQueries(results: readonly LakeColumn[]): SavedQuery[] {
  const columns = results.map(({ name }) => `"${name}"`).join(', ');
  const identity = results.some(({ name }) => name === 'sequence')
    ? '"key", "sequence"'
    : '"key", "windowstartms", "windowendms"';
  const onceBy = (fields: string, order: string, condition = ''): string =>
    [
      `SELECT ${columns}`,
      'FROM (',
      `  SELECT *, row_number() OVER (PARTITION BY ${fields} ORDER BY ${order}) AS nth`,
      `  FROM results WHERE ${LAST_WEEK}`,
      `) WHERE nth = 1${condition} ORDER BY "windowstartms", "key", "revision"`,
    ].join('\n');
  return [
    {
      name: 'Results of the last week',
      description: 'One row per key and window: the newest revision of the newest log.',
      sql: onceBy(identity, `${LOG_EPOCH} DESC, "revision" DESC`, ' AND NOT coalesce("retracted", false)'),
    },
    {
      name: 'Every firing of the last week, repeats dropped by id',
      description: 'How each result came about, revision by revision. The same id is the same row.',
      sql: onceBy('"id"', '"revision"'),
    },
  ];
}

/** Of a late record, and of the record that a dead letter may be. */
const REFUSED_PLACE = `"partition" || '/' || cast(${LOG_EPOCH} AS varchar) || '/' || "offset" || '/' || cast("subsequence" AS varchar)`;

/** Firings that failed and results that a sink refused all have the offset that the log had reached. */
const LETTER = `${REFUSED_PLACE} || '/' || to_hex(md5(to_utf8("reason" || '/' || "data")))`;

function refusedQuery(): SavedQuery {
  const count = (table: string, what: string, identity: string): string =>
    [
      `SELECT ${DAY}, ${what} AS what, count(DISTINCT ${identity}) AS records`,
      `FROM ${table} WHERE ${LAST_WEEK} GROUP BY 1, 2`,
    ].join('\n');
  const [late, letters] = [count('late', "'late'", REFUSED_PLACE), count('dead_letters', '"code"', LETTER)];
  return {
    name: 'Late records and dead letters of the last week',
    description: 'How many a day, and why.',
    sql: `${late}\nUNION ALL\n${letters}\nORDER BY 1, 2`,
  };
}

/** An Athena workgroup whose results Athena keeps for a day, encrypted, at no cost; and queries to begin with. */
export class LakeQueries extends Construct {
  constructor(scope: Construct, id: string, { name, database, results }: LakeQueriesProps) {
    super(scope, id);
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        managedQueryResultsConfiguration: { enabled: true },
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
      },
    });
    workGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
    Validations.of(workGroup).acknowledge({
      id: 'AwsSolutions-ATH1',
      reason: 'Athena keeps the results of queries itself, and encrypts them.',
    });
    for (const [index, query] of savedQueries(results).entries()) {
      const saved = new CfnNamedQuery(this, `Query${index + 1}`, {
        name: query.name,
        description: query.description,
        database,
        queryString: query.sql,
        workGroup: name,
      });
      saved.addResourceDependency(workGroup);
    }
  }
}
