import { isLateEntry, type Entry, type Job, type Log, type Memory, type State } from './state.ts';
import type { World } from './world.ts';

/**
 * The state as text, the same for states that differ only in which container is which. A part keeps its text as long as
 * it is the same object: states share most of their parts.
 */
export function stateKeyOf(world: World): (state: State) => string {
  const logText = remembered((log: Log) => `${log.arrived}:${log.entries.map(entryText).join()}`);
  const memoryText = remembered(
    ({ version, watermarkMs, applied, late, positions, watermarks, isSealed }: Memory) =>
      `${version}/${watermarkMs}/${applied.join('')}/${late.join('')}/${positions.map((position, i) => `${position}.${watermarks[i]}`).join()}${isSealed ? '#' : ''}`,
  );
  const jobText = remembered((job: Job): string => {
    if (job.kind === 'entry') return `${job.sender}:${job.version}${entryText(job.entry)}`;
    if (job.kind === 'positions') return `p${job.receiver}:${job.positions.join()}`;
    const { receiver, put, hasTaken, hasRows, memory, violation, sent, generation } = job;
    const own = world.receivers[receiver]?.sender === undefined ? '' : `${generation}${rowsText(sent)}`;
    return `r${receiver}${put[0] ?? ''}${hasTaken ? 't' : ''}${hasRows ? 'r' : ''}${memoryText(memory)}${violation}${own}`;
  });
  return ({ logs, receivers, containers, strays, crashesLeft, rung }) => {
    const working = containers.map(({ generation, job }) => generation + (job === undefined ? '' : jobText(job)));
    const pending = strays.length === 0 ? '' : strays.map(jobText).sort().join('&');
    return `${logs.map(logText).join(';')}|${receivers.map(memoryText).join(';')}|${working.sort().join('&')}|${pending}|${crashesLeft}${rung.join()}`;
  };
}

const rowsText = (rows: Entry['rows']): string => rows.map(({ id, isLate }) => `${id}${isLate ? 'L' : ''}`).join('.');

const entryText = (entry: Entry): string =>
  `${entry.kind[0]}${entry.watermarkMs}.${entry.generation}${isLateEntry(entry) ? 'L' : ''}${rowsText(entry.rows)}`;

function remembered<T extends object>(textOf: (part: T) => string): (part: T) => string {
  const texts = new WeakMap<T, string>();
  return (part) => {
    const known = texts.get(part);
    if (known !== undefined) return known;
    const text = textOf(part);
    texts.set(part, text);
    return text;
  };
}
