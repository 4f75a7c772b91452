import { isLateEntry, type Container, type Entry, type Job, type Log, type Memory, type State } from './state.ts';
import type { World } from './world.ts';

/**
 * The state as a short text, the same for states that differ only in which container is which: every different part has a
 * number of its own, which it keeps as long as it is the same object. States share most of their parts.
 */
export function stateKeyOf(world: World): (state: State) => string {
  const memoryCode = numbered(memoryText);
  const logCode = numbered(({ arrived, entries }: Log) => `${arrived}:${entries.map(entryText).join()}`);
  const jobText = (job: Job): string => {
    if (job.kind === 'entry') return `${job.sender}:${job.version}${entryText(job.entry)}`;
    if (job.kind === 'positions') return `p${job.receiver}:${job.positions.join()}`;
    const { receiver, put, hasTaken, hasRows, memory, violation, sent, generation } = job;
    const own = world.receivers[receiver]?.sender === undefined ? '' : `${generation}${rowsText(sent)}`;
    return `r${receiver}${put[0] ?? ''}${hasTaken ? 't' : ''}${hasRows ? 'r' : ''}${memoryText(memory)}${violation}${own}`;
  };
  const jobCode = numbered(jobText);
  const containerCode = numbered(
    ({ generation, job }: Container) => `${generation}.${job === undefined ? '' : jobCode(job)}`,
  );
  return ({ logs, receivers, containers, strays, crashesLeft, rung }) => {
    let key = String(crashesLeft);
    for (const isRung of rung) key += isRung ? '+' : '-';
    for (const log of logs) key += logCode(log);
    for (const receiver of receivers) key += memoryCode(receiver);
    key += containers.map(containerCode).sort().join('');
    return strays.length === 0 ? key : key + strays.map(jobCode).sort().join('');
  };
}

const memoryText = ({ version, watermarkMs, applied, late, positions, watermarks, isSealed }: Memory): string =>
  `${version}/${watermarkMs}/${applied.join('')}/${late.join('')}/${positions.join()}/${watermarks.join()}${isSealed ? '#' : ''}`;

const rowsText = (rows: Entry['rows']): string => {
  let text = '';
  for (const { id, isLate } of rows) text += isLate ? `.${id}L` : `.${id}`;
  return text;
};

const entryText = (entry: Entry): string =>
  `${entry.kind[0]}${entry.watermarkMs}.${entry.generation}${isLateEntry(entry) ? 'L' : ''}${rowsText(entry.rows)}`;

/** Numbers as one or two characters, of which none is the beginning of another. */
const characters = (code: number): string =>
  code < 0x8000 ? String.fromCharCode(code) : String.fromCharCode(0x8000 | (code >> 15), code & 0x7fff);

const REMEMBERED = 50_000;

function numbered<T extends object>(textOf: (part: T) => string): (part: T) => string {
  const codes = new Map<string, string>();
  // Not weak: a weak map costs more than it spares. It begins anew before it holds too much.
  let known = new Map<T, string>();
  return (part) => {
    const before = known.get(part);
    if (before !== undefined) return before;
    const text = textOf(part);
    let code = codes.get(text);
    if (code === undefined) {
      code = characters(codes.size);
      codes.set(text, code);
    }
    if (known.size >= REMEMBERED) known = new Map();
    known.set(part, code);
    return code;
  };
}
