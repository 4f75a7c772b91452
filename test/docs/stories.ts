/**
 * Stories in the documentation: blocks of text with what arrives, and what comes of it.
 *
 *     arrives     results
 *     5 at 1
 *     2 at 12     [0, 10) 5
 *     tick 20     [10, 20) 2
 *     clock 1500
 */
import type { Outbox, ResultRow } from '../../engine/outputs.ts';
import type { Topology } from '../../engine/topology.ts';
import { MovingPartition } from '../engine/support/moves.ts';

export interface Story {
  /** The pipeline of the code before it. */
  readonly name: string;
  readonly lines: readonly string[];
}

export function snippetsOf(markdown: string): string[] {
  return blocksOf(markdown)
    .filter(({ language }) => language === 'ts')
    .map(({ body }) => body);
}

export function storiesOf(markdown: string): Story[] {
  const stories: Story[] = [];
  let name = '';
  for (const { language, body } of blocksOf(markdown)) {
    if (language === 'ts') name = /const (\w+) =/.exec(body)?.[1] ?? name;
    if (body.startsWith('arrives')) stories.push({ name, lines: body.split('\n').slice(1) });
  }
  return stories;
}

function blocksOf(markdown: string): Array<{ language: string; body: string }> {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)\n```$/gm)].map(([, language = '', body = '']) => ({
    language,
    body,
  }));
}

/** The lines again, with what really comes of them. */
export function told(topology: Topology, lines: readonly string[]): string[] {
  const partition = new MovingPartition(topology);
  return lines.map((line, i) => {
    const [arrives = ''] = line.split(/ {2,}/);
    return `${arrives.padEnd(12)}${resultsOf(partition, arrives, i + 1)}`.trimEnd();
  });
}

function resultsOf(partition: MovingPartition, arrives: string, offset: number): string {
  const [, value, timeMs] = /^(\d+) at (-?\d+)$/.exec(arrives) ?? [];
  if (value !== undefined) {
    const data = new TextEncoder().encode(
      JSON.stringify({ sensor: 's', timeMs: Number(timeMs), value: Number(value) }),
    );
    return textOf(
      partition.process({ offset: BigInt(offset), subSequence: 0, partitionKey: 's', arrivalTimeMs: 1_000, data }),
    );
  }
  const [, clock, toMs] = /^(tick|clock) (\d+)$/.exec(arrives) ?? [];
  if (clock === undefined)
    throw new Error(`a line must begin with "5 at 1", "tick 20" or "clock 1500", got ${JSON.stringify(arrives)}`);
  const result = partition.tryTick(
    clock === 'tick'
      ? { watermarkMs: Number(toMs), processingTimeMs: undefined }
      : { watermarkMs: undefined, processingTimeMs: Number(toMs) },
  );
  if (result === undefined) return '';
  partition.tick(result);
  return textOf(result.outbox);
}

function textOf({ results, lateRecords, deadLetters }: Outbox): string {
  if (deadLetters.length > 0) throw new Error(deadLetters[0]?.reason);
  return [...results.map(rowText), ...lateRecords.map(() => 'late')].join(' · ');
}

function rowText({ windowStartMs, windowEndMs, revision, values, retracted }: ResultRow): string {
  const window = Math.abs(windowStartMs) > 1e15 ? '(all time)' : `[${windowStartMs}, ${windowEndMs})`;
  const said = Object.values(values).join(' ');
  const which = revision === 1 ? '' : `, revision ${revision}`;
  return `${retracted === true ? 'not ' : ''}${window} ${said}`.trimEnd() + which;
}
