import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { MemorySink } from '../../adapters/memory/sink.ts';
import type { Sink } from '../../engine/ports.ts';
import type { UserCode } from '../../engine/user-code/user-code.ts';
import flights from '../../pipelines/flights.ts';
import { compareRows, type Row } from '../../test/verify/compare.ts';
import { withDuckdb } from '../../test/verify/duckdb.ts';
import { expectedOf } from '../../test/verify/expected.ts';
import { requireEqual, requireSame } from '../equality.ts';
import type { Invocation } from '../flights-load.ts';
import { figureOf, mapFigure, measureInTurn, processorTimed, ratioOf, type Figure, type Rounds } from '../rounds.ts';
import { NullSink } from '../sinks.ts';
import { EngineRun, GUARDED, parseBare, rowsIn, windowId } from '../throughput.ts';
import { DuckdbPeer } from './duckdb.ts';
import { FlightEvents, writeFlightLines } from './flight-lines.ts';
import { FlinkPeer, type FlinkRound, type Objects } from './flink.ts';

export interface PeersSettings extends Rounds {
  readonly records: number;
  /** For input, classes and checkpoints. */
  readonly folder: string;
}

/** What the processors of all threads do for a record [µs], and what that makes of Tidemark's engine beside its peers. */
export interface PeersCost {
  readonly records: number;
  readonly rounds: number;
  readonly batchSize: number;
  /** Windows that were compared, of each peer. */
  readonly windows: number;
  readonly machine: string;
  readonly versions: Readonly<Record<'flink' | 'duckdb' | 'node', string>>;
  readonly bare: Figure;
  readonly engine: Figure;
  /** The engine as it is deployed: its steps can be stopped. */
  readonly guarded: Figure;
  readonly flink: Figure;
  /** Flink with objects that operators hand over as they are. */
  readonly flinkReuse: Figure;
  readonly duckdb: Figure;
  readonly checkpointsPerSecond: Figure;
  /** Flink's processor time / the engine's, of the same round: 1 when the engine is as cheap. */
  readonly engineByFlink: Figure;
  readonly engineByFlinkReuse: Figure;
  readonly guardedByFlinkReuse: Figure;
  readonly engineByDuckdb: Figure;
  readonly engineByBare: Figure;
}

const BATCH_SIZE = 1_000;
/** Events that are in memory at a time. */
const BATCHES = 25;

/** Tidemark, Flink and DuckDB over the same flights, in turn. @throws FlinkUnavailable; and when one window differs */
export async function measurePeers({ records, rounds, warmUp, folder }: PeersSettings): Promise<PeersCost> {
  const lines = join(folder, 'flights.jsonl');
  await writeFlightLines(lines, records);
  const flink = await FlinkPeer.over(lines, folder);
  try {
    return await withDuckdb(async (connection) => {
      const duckdb = await DuckdbPeer.over(connection, lines);
      const events = new FlightEvents(lines, { batchSize: BATCH_SIZE, batches: BATCHES });
      const right = await requireEqualWindows({ records, events, flink, duckdb, folder });
      const flinkRounds: FlinkRound[] = [];
      const times = await measureInTurn(
        { rounds, warmUp },
        {
          bare: () => bareRound(events, records),
          engine: () => engineRound(events, right),
          flink: () => flinkRound(flink, 'copy', right, flinkRounds),
          duckdb: () => processorTimed(async () => requireSame('windows of DuckDB', right.windows, await duckdb.run())),
          flinkReuse: () => flinkRound(flink, 'reuse', right, flinkRounds),
          guarded: () => engineRound(events, right, GUARDED),
        },
      );
      const perRecord = (ms: number): number => (ms / records) * 1_000;
      return {
        records,
        rounds,
        batchSize: BATCH_SIZE,
        windows: right.windows,
        machine: `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} processors`,
        versions: { flink: flink.version, duckdb: await duckdb.version(), node: process.version },
        bare: mapFigure(times.bare, perRecord),
        engine: mapFigure(times.engine, perRecord),
        guarded: mapFigure(times.guarded, perRecord),
        flink: mapFigure(times.flink, perRecord),
        flinkReuse: mapFigure(times.flinkReuse, perRecord),
        duckdb: mapFigure(times.duckdb, perRecord),
        checkpointsPerSecond: figureOf(flinkRounds.map((round) => (round.checkpoints / round.elapsedMs) * 1_000)),
        engineByFlink: ratioOf(times.flink, times.engine),
        engineByFlinkReuse: ratioOf(times.flinkReuse, times.engine),
        guardedByFlinkReuse: ratioOf(times.flinkReuse, times.guarded),
        engineByDuckdb: ratioOf(times.duckdb, times.engine),
        engineByBare: ratioOf(times.bare, times.engine),
      };
    });
  } finally {
    await flink.stop();
  }
}

/** What each run has to come to. */
interface Right {
  readonly counted: number;
  readonly late: number;
  readonly firings: number;
  readonly windows: number;
}

interface Peers {
  readonly records: number;
  readonly events: FlightEvents;
  readonly flink: FlinkPeer;
  readonly duckdb: DuckdbPeer;
  readonly folder: string;
}

/** Tidemark's windows against those of the parquet file, then each peer's against Tidemark's: every one, with its revision. */
async function requireEqualWindows({ records, events, flink, duckdb, folder }: Peers): Promise<Right> {
  const { results, counts } = await expectedOf({ records, shards: 1 });
  const require = (what: string, expected: readonly Row[], actual: readonly Row[]): void =>
    requireEqual(compareRows(`windows of ${what}`, windowId, { expected, actual }));
  const windows = await windowsOfEngine(events);
  require('Tidemark', results, windows);
  require('Tidemark with steps that can be stopped', windows, await windowsOfEngine(events, GUARDED));
  for (const objects of ['copy', 'reuse'] as const)
    require(`Flink, ${objects}`, windows, await flink.results(objects, join(folder, `flink-${objects}.jsonl`)));
  requireSame('windows of DuckDB', windows.length, await duckdb.run());
  require('DuckDB', windows, await duckdb.results());
  return { counted: counts.counted, late: counts.late, firings: counts.firings, windows: windows.length };
}

async function windowsOfEngine(events: FlightEvents, userCode?: UserCode): Promise<Row[]> {
  const sink = new MemorySink();
  await inParts(events, engineOf(sink, userCode).take);
  return rowsIn(sink);
}

async function engineRound(events: FlightEvents, { counted }: Right, userCode?: UserCode): Promise<number> {
  const engine = engineOf(new NullSink(), userCode);
  const ms = await inParts(events, engine.take);
  requireSame('records counted', counted, engine.run.counted);
  return ms;
}

async function bareRound(events: FlightEvents, records: number): Promise<number> {
  let parsed = 0;
  const ms = await inParts(events, (load) => void (parsed += parseBare(load)));
  requireSame('records parsed', records, parsed);
  return ms;
}

interface Engine {
  readonly run: EngineRun;
  readonly take: (load: readonly Invocation[]) => Promise<void>;
}

function engineOf(sink: Sink, userCode?: UserCode): Engine {
  const run = new EngineRun(flights.topology, sink, userCode);
  return { run, take: (load) => run.take(load) };
}

/** Making the events is no part of it. @returns how long processors worked on all of them [ms] */
async function inParts(events: FlightEvents, take: (load: readonly Invocation[]) => unknown): Promise<number> {
  let ms = 0;
  for (const load of events.parts()) ms += await processorTimed(() => take(load));
  return ms;
}

async function flinkRound(flink: FlinkPeer, objects: Objects, right: Right, rounds: FlinkRound[]): Promise<number> {
  const round = await flink.run(objects);
  requireSame('firings of Flink', right.firings, round.firings);
  requireSame('late records of Flink', right.late, round.late);
  requireSame('rejected records of Flink', 0, round.rejected);
  rounds.push(round);
  return round.cpuMs;
}
