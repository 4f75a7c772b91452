import type { Source } from '../../engine/plan/source.ts';
import { codeText } from '../../engine/plan/code-text.ts';
import type {
  DeduplicateNode,
  JoinNode,
  KeyByNode,
  PlanNode,
  ProcessNode,
  SourceNode,
  WindowNode,
} from '../../engine/plan/node.ts';
import { leavesAtMs } from '../../engine/join/interval.ts';
import type { Exchange } from '../../engine/plan/exchange.ts';
import type { StateDescriptor } from '../../engine/process/state-descriptors.ts';
import type { Emission, Repeat } from '../../engine/window/emission.ts';
import { durationText, grouped } from '../text.ts';

/** What a node does, and what is to be known of it, in words. */
export interface NodeText {
  readonly what: string;
  readonly details: readonly string[];
}

/** @param isUnited there is more than one source, so no partition holds all of a key */
export function describeNode(node: PlanNode, isUnited = false): NodeText {
  switch (node.kind) {
    case 'source':
      return sourceText(node);
    case 'union':
      return { what: `of ${node.inputs.length} sources, each with its own time`, details: [] };
    case 'map':
    case 'flatMap':
      return { what: codeText(node.change), details: [] };
    case 'filter':
      return { what: codeText(node.isWanted), details: [] };
    case 'branch':
      return { what: codeText(node.isWanted), details: [`to the side output ${node.output}`] };
    case 'keyBy':
      return keyText(node, isUnited);
    case 'deduplicate':
      return deduplicateText(node);
    case 'window':
      return windowText(node);
    case 'process':
      return processText(node);
    case 'join':
      return joinText(node);
    case 'sink':
      return { what: sinkText(node.sink), details: [] };
  }
}

function keyText({ keyFields, rightKeyFields, computed, exchange }: KeyByNode, isUnited: boolean): NodeText {
  const what = keyFields.join(', ');
  if (exchange === undefined) {
    const is = keyFields.length === 1 ? 'is' : 'begins with';
    return { what, details: [`${is} the partition key of the source: no exchange`] };
  }
  const count = exchange.receivers === 1 ? '1 receiver' : `${exchange.receivers} receivers`;
  const through = `exchange ${exchange.id} to ${count}`;
  const called = paceText(exchange);
  if (rightKeyFields !== undefined) {
    const isSame = rightKeyFields.every((field, i) => field === keyFields[i]);
    const both = isSame ? what : `${what} on the left, ${rightKeyFields.join(', ')} on the right`;
    return { what: both, details: [`rows of both sides: ${through}`, called] };
  }
  return computed === undefined
    ? {
        what,
        details: [
          `${isUnited ? 'its rows come of several sources' : 'is not the partition key of the source'}: ${through}`,
          called,
        ],
      }
    : { what: `${what}: ${computed.descriptor}`, details: [through, called] };
}

/** How long rows wait at most until their receiver is called. */
function paceText({ paceMs }: Pick<Exchange, 'paceMs'>): string {
  return paceMs === 0
    ? 'each commit of a sender calls its receivers'
    : `a receiver is called for all that comes within ${durationText(paceMs)}`;
}

function sourceText({
  source,
  eventTime: { kind, watermarkExtractor, maxOutOfOrdernessMs, maxClockSkewMs, idleTimeoutMs },
}: SourceNode): NodeText {
  const disorder =
    watermarkExtractor === undefined
      ? `watermark ${durationText(maxOutOfOrdernessMs)} behind the newest record`
      : 'watermark from the records';
  const time = {
    event: `event time: ${disorder}; at most ${durationText(maxClockSkewMs)} ahead of the arrival`,
    arrival: `arrival time: ${disorder}`,
    processing: 'processing time: nothing is late',
  }[kind];
  return {
    what: `${inputText(source)}, ${source.partitionKey === undefined ? 'without a partition key' : `partitioned by ${source.partitionKey}`}`,
    details: [
      `${formatText(source)}; batches of up to ${grouped(source.batchSize)} records, gathered for ${durationText(source.maxBatchingWindowMs)}`,
      time,
      ...(kind === 'processing'
        ? []
        : [`a partition without records for ${durationText(idleTimeoutMs)} holds nothing back`]),
    ],
  };
}

function inputText(source: Source): string {
  return source.kind === 'kinesis' ? `stream ${source.stream}` : `topic ${source.topic}`;
}

function formatText({ format }: Source): string {
  return format.kind === 'json'
    ? 'JSON'
    : `Avro with the ${format.registry === 'glue' ? 'Glue' : 'Confluent'} registry`;
}

function deduplicateText({ by, withinMs }: DeduplicateNode): NodeText {
  return { what: codeText(by), details: [`state: an entry per id, for ${durationText(withinMs)} of event time`] };
}

function windowText({ windows, allowedLatenessMs, emission, aggregates }: WindowNode): NodeText {
  const late = allowedLatenessMs === 0 ? '' : `, records up to ${durationText(allowedLatenessMs)} late`;
  return {
    what: `${windows.descriptor.replaceAll(/=(\d{4,})\b/g, (_, ms: string) => `=${durationText(Number(ms))}`)}${late}`,
    details: [
      ...aggregates.map(({ name, aggregate }) => `${name} = ${aggregate.descriptor}`),
      `results: ${emissionText(emission, windows.results === 'bounded')}`,
    ],
  };
}

function emissionText({ early, late, accumulation, finalOnly }: Emission, isBounded: boolean): string {
  if (finalOnly) return 'one, when the window closes';
  if (!isBounded) return accumulation;
  const before = early === undefined ? '' : `early ${repeatText(early)}, `;
  return `${before}at the end, late ${repeatText(late)}; ${accumulation}`;
}

function repeatText(repeat: Repeat): string {
  if (repeat.by !== 'records')
    return `every ${durationText(repeat.everyMs)} of ${repeat.by === 'eventTime' ? 'event time' : 'processing time'}`;
  return repeat.n === 1 ? 'with each record' : `every ${grouped(repeat.n)} records`;
}

function processText({ processFunction: { state, outputs = [] } }: ProcessNode): NodeText {
  const states = Object.entries<StateDescriptor>(state ?? {});
  return {
    what: 'a function of the pipeline',
    details: [
      ...states.map(
        ([name, { kind, ttlMs }]) =>
          `state: ${name}, a ${kind === 'partition' ? 'value per partition' : `${kind} per key`}, ${ttlMs === undefined ? 'kept until it is cleared' : `for ${durationText(ttlMs)} of event time`}`,
      ),
      ...outputs.map((output) => `to the side output ${output}`),
    ],
  };
}

function joinText({ join }: JoinNode): NodeText {
  const { kind, lowerMs, upperMs, allowedLatenessMs, sources, maxRowsPerKey, where, select } = join;
  const late = allowedLatenessMs === 0 ? '' : `, rows up to ${durationText(allowedLatenessMs)} late`;
  return {
    what: `${kind}, the right row ${betweenText(lowerMs, upperMs)} the left one${late}`,
    details: [
      `left: ${sources.left.join(', ')}`,
      `right: ${sources.right.join(', ')}`,
      ...(where === undefined ? [] : [`where ${codeText(where)}`]),
      `select ${codeText(select)}`,
      ...(['left', 'right'] as const).map((side) => `state: ${waitText(side, leavesAtMs(join, side, 0) - 1)}`),
      `of one key at most ${grouped(maxRowsPerKey)} rows a side`,
    ],
  };
}

/** Until when a row waits for partners. */
function waitText(side: string, ms: number): string {
  const past = `${durationText(Math.abs(ms))} ${ms < 0 ? 'before' : 'past'} it`;
  return `a ${side} row, until the watermark is ${past}`;
}

/** @example '0ms to 15m after' · '1m to 5m before' · '1m before to 5m after' */
function betweenText(lowerMs: number, upperMs: number): string {
  if (lowerMs >= 0) return `${durationText(lowerMs)} to ${durationText(upperMs)} after`;
  if (upperMs <= 0) return `${durationText(-upperMs)} to ${durationText(-lowerMs)} before`;
  return `${durationText(-lowerMs)} before to ${durationText(upperMs)} after`;
}

function sinkText(sink: Extract<PlanNode, { kind: 'sink' }>['sink']): string {
  switch (sink.kind) {
    case 'resultTable':
      return 'result table';
    case 'lake':
      return 'lake';
    case 'stream':
      return `stream ${sink.stream}`;
    case 'topic':
      return `topic ${sink.topic}, the latest per ${sink.latestPer}`;
  }
}
