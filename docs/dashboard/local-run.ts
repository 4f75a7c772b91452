import type { KinesisStreamEvent } from 'aws-lambda';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KafkaEvent } from '../../adapters/kafka/decode-event.ts';
import { flightsInput } from '../../local/inputs/flights.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';
import { terminalOn } from '../../local/report/terminal.ts';
import { runLocal } from '../../local/runner/run-local.ts';
import { LocalFunction } from '../../local/worker/local-function.ts';
import { MetricsCollector } from '../../local/worker/metrics.ts';

/** One value of one metric, named as CloudWatch would name it. */
export interface Sample {
  readonly timeMs: number;
  /** `Tidemark`: reported by the function. `AWS/…`: measured at the door of the function, which stands in for the service. */
  readonly service: 'Tidemark' | 'AWS/Lambda' | 'AWS/Kinesis' | 'AWS/Kafka';
  readonly metricName: string;
  readonly value: number;
  /** Undefined for a metric of all shards or partitions. */
  readonly partition?: string;
  /** The construct whose metric it is; undefined for those of the function itself, which are of the pipeline. */
  readonly construct?: 'Processor' | 'Ingest';
}

export interface RunSettings {
  readonly records: number;
  /** Records per second. */
  readonly rate: number;
  /** Or partitions. @default 4 */
  readonly shards?: number;
  /** Address of a broker without a topic `departures`, for `flights-kafka`. @default `flights`, with an emulator in place of Kinesis */
  readonly broker?: string | undefined;
  /** Records that no schema accepts, in the middle: something to see among the dead letters. */
  readonly broken: number;
}

/**
 * Runs the flights here, with emulators in place of Kinesis and DynamoDB, and keeps what a dashboard would be drawn from.
 * The departures are moved in time so that the last of them is now: otherwise the watermark is 25 years behind.
 */
export async function recordRun(settings: RunSettings): Promise<Sample[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tidemark-dashboard-'));
  const samples: Sample[] = [];
  const restore = listen((sample) => samples.push(sample));
  try {
    const input = join(dataDir, 'departures.ndjson');
    writeFileSync(input, await departures(settings));
    const { rate, shards = 4, broker } = settings;
    const options = {
      skip: 0,
      rate,
      shards,
      input,
      dataDir: join(dataDir, 'data'),
      fresh: true,
      exit: true,
      json: true,
      ...(broker === undefined ? {} : { kafka: [broker] }),
    };
    await runLocal(await loadPipeline(broker === undefined ? 'flights' : 'flights-kafka'), {
      options,
      terminal: terminalOn(process.stderr),
      signal: new AbortController().signal,
      drained: () => undefined,
    });
  } finally {
    restore();
    rmSync(dataDir, { recursive: true });
  }
  return samples;
}

async function departures({ records, broken }: RunSettings): Promise<string> {
  const lines: { date: string; origin: string }[] = [];
  for await (const piece of flightsInput().read(0, records)) {
    for (const { data } of piece) lines.push(JSON.parse(Buffer.from(data).toString()));
  }
  const shiftMs = Date.now() - lines.reduce((latest, { date }) => Math.max(latest, Date.parse(date)), 0);
  const moved = lines.map((line) =>
    JSON.stringify({ ...line, date: new Date(Date.parse(line.date) + shiftMs).toISOString() }),
  );
  moved.splice(
    moved.length / 2,
    0,
    ...Array.from({ length: broken }, () => JSON.stringify({ origin: 'ATL', delay: 'unknown' })),
  );
  return moved.join('\n');
}

/** The runner adds up its metrics and forgets when they came: here they are kept, on their way past. @returns how to stop */
function listen(keep: (sample: Sample) => void): () => void {
  const { add } = MetricsCollector.prototype;
  const { invoke } = LocalFunction.prototype;
  MetricsCollector.prototype.add = function (metrics) {
    const timeMs = Date.now();
    const { partition } = metrics;
    for (const [metricName, value] of Object.entries(metrics)) {
      if (typeof value === 'number')
        keep({
          timeMs,
          service: 'Tidemark',
          metricName,
          value,
          ...(typeof partition === 'string' ? { partition } : {}),
        });
    }
    add.call(this, metrics);
  };
  LocalFunction.prototype.invoke = async function (event) {
    const startMs = performance.now();
    const lambda = (metricName: string, value: number): void =>
      keep({ timeMs: Date.now(), service: 'AWS/Lambda', construct: 'Processor', metricName, value });
    for (const sample of putSamples(event as KinesisStreamEvent | KafkaEvent)) keep(sample);
    lambda('Invocations', 1);
    lambda('Throttles', 0);
    try {
      const result = await invoke.call(this, event);
      lambda('Errors', 0);
      return result;
    } catch (error) {
      lambda('Errors', 1);
      throw error;
    } finally {
      lambda('Duration', performance.now() - startMs);
    }
  };
  return () => {
    MetricsCollector.prototype.add = add;
    LocalFunction.prototype.invoke = invoke;
  };
}

/** What the service of the source would say of an event's records; of Kafka's age, the function says it itself. */
function putSamples(event: KinesisStreamEvent | KafkaEvent): Sample[] {
  // MSK says records a second, once a minute.
  if ('records' in event)
    return Object.values(event.records)
      .flat()
      .map(({ timestamp }) => ({
        timeMs: timestamp,
        service: 'AWS/Kafka',
        metricName: 'MessagesInPerSec',
        value: 1 / 60,
      }));
  const arrivalsMs = event.Records.map(({ kinesis }) => kinesis.approximateArrivalTimestamp * 1_000);
  const put = arrivalsMs.map((timeMs): Sample => ({
    timeMs,
    service: 'AWS/Kinesis',
    construct: 'Ingest',
    metricName: 'IncomingRecords',
    value: 1,
  }));
  return [
    ...put,
    {
      timeMs: Date.now(),
      service: 'AWS/Lambda',
      construct: 'Processor',
      metricName: 'IteratorAge',
      value: Math.max(0, Date.now() - Math.min(...arrivalsMs)),
    },
  ];
}
