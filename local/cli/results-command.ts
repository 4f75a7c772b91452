import { readResults } from '../../adapters/dynamodb/read-results.ts';
import type { ResultShape } from '../../engine/plan/results.ts';
import type { ResultRow, StoredResult } from '../../engine/outputs.ts';
import { dynamodbClient } from '../aws/clients.ts';
import { resultsTableName } from '../aws/tables.ts';
import { startDynamoDb } from '../emulators/start.ts';
import { loadPipeline } from '../load-pipeline.ts';
import { pipelineDir } from '../storage/data-dir.ts';
import { textFlag, type FlagTexts } from './flags.ts';
import { dataDirOf } from './local-options.ts';
import { writeLines } from './output.ts';
import { isOfOther, shapeOf } from '../report/other-definition.ts';
import { firstResults } from '../report/result-table.ts';
import { byKeyAndWindow, resultJson } from './result-lines.ts';
import { requireData, withService } from './with-service.ts';

/** `tidemark results <pipeline>`: the newest revision of each window, whether the pipeline runs or not. */
export async function resultsCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const key = textFlag(flags, 'key', 'pass --key ATL');
  const { topology } = await loadPipeline(pipeline);
  const dir = pipelineDir(dataDirOf(flags), topology.name);
  requireData(dir);
  const rows = await withService(
    dir,
    () => startDynamoDb(dir.dynamodb),
    (run) => run.dynamodbEndpoint,
    (endpoint) => read(endpoint, topology.name, key),
  );
  rows.sort(byKeyAndWindow);
  await writeLines(flags['json'] === true ? jsonOf(rows) : tablesOf(rows, topology.results));
  return 0;
}

/** Results of another definition of the pipeline stand below, under their own names. */
function tablesOf(rows: readonly ResultRow[], shape: ResultShape): string[] {
  const [own = [], others = []] = [false, true].map((isOther) =>
    rows.filter((row) => isOfOther(row, shape) === isOther),
  );
  const byShape = Map.groupBy(others, ({ values, sequence }) =>
    JSON.stringify([sequence === undefined, ...Object.keys(values)]),
  );
  const tables = [...byShape.values()].map(
    (some) => `of another definition:\n${firstResults(some, { ...shape, ...shapeOf(some[0] as ResultRow) })}`,
  );
  return [...(own.length > 0 || others.length === 0 ? [firstResults(own, shape)] : []), ...tables];
}

async function read(endpoint: string, pipeline: string, key: string | undefined): Promise<StoredResult[]> {
  const client = dynamodbClient(endpoint);
  try {
    const rows: StoredResult[] = [];
    for await (const row of readResults(client, resultsTableName(pipeline), key === undefined ? {} : { key }))
      rows.push(row);
    return rows;
  } finally {
    client.destroy();
  }
}

function* jsonOf(rows: Iterable<StoredResult>): Generator<string> {
  for (const row of rows) yield resultJson(row);
}
