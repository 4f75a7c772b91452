import type { Entry, Memory, Request, State, Writer } from './state.ts';

/**
 * The state as text, the same for states that differ only in which ids were drawn and in which writer is which: writers
 * come in the order of what they do, ids are numbered as they are met.
 */
export function canonicalKey(state: State): string {
  const names = new Map<string, number>([
    ['', 0],
    ['latest', -1],
  ]);
  const name = (id: string): number => {
    const known = names.get(id);
    if (known !== undefined) return known;
    names.set(id, names.size);
    return names.size - 1;
  };
  const logs = state.logs.map(({ slots, history, early, arrived, acknowledged }) =>
    [
      arrived,
      acknowledged,
      history
        .map(
          ({ commitId, reached, hasOutbox, delivered }) =>
            `${name(commitId)}.${reached}${hasOutbox ? '' : '-'}${delivered ? '+' : ''}`,
        )
        .join(),
      slots.map((entry) => (entry === undefined ? '' : entryText(entry, name))).join(';'),
      early.map(({ version, commitId }) => `${version}.${name(commitId)}`).join(),
    ].join('|'),
  );
  const writers = state.writers
    .map((writer) => [writerText(writer, () => 0), writer] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const strays = [...state.strays]
    .map((stray) => [requestText(stray, () => 0), stray] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const parts = [
    ...logs,
    ...writers.map(([, writer]) => writerText(writer, name)),
    ...strays.map(([, stray]) => requestText(stray, name)),
  ];
  const snapshots = Object.entries(state.snapshots)
    .map(([key, tally]) => `${name(key)}=${tally.join('')}`)
    .sort()
    .join();
  return `${parts.join('/')}/${snapshots}/${state.crashesLeft}`;
}

type Name = (id: string) => number;

function entryText(
  {
    version,
    commitId,
    previousCommitId,
    kind,
    reached,
    fired,
    delta,
    snapshotVersion,
    snapshotKey,
    publishedVersion,
    after,
    drainedAt,
  }: Entry,
  name: Name,
): string {
  return `${version}.${name(commitId)}.${name(previousCommitId)}.${kind[0]}.${reached}.${fired}.${delta.join('')}.${snapshotVersion}.${name(snapshotKey)}.${publishedVersion}.${after.join('')}.${drainedAt}`;
}

const requestText = ({ log, entry, reply }: Request, name: Name): string =>
  `${log}:${entryText(entry, name)}:${reply?.[0] ?? ''}`;

function memoryText(memory: Memory | undefined, name: Name): string {
  if (memory === undefined) return '';
  const {
    version,
    commitId,
    reached,
    fired,
    tally,
    snapshotVersion,
    snapshotKey,
    publishedVersion,
    undelivered,
    isSealed,
  } = memory;
  return `${version}.${name(commitId)}.${reached}.${fired}.${tally.join('')}.${snapshotVersion}.${name(snapshotKey)}.${publishedVersion}.${undelivered.map((one) => `${one.version}-${name(one.commitId)}`).join()}${isSealed ? '#' : ''}`;
}

function writerText({ memory, work, requests, halfRead }: Writer, name: Name): string {
  const doing =
    work === undefined
      ? ''
      : work.kind === 'batch'
        ? `b${work.log}.${work.from}.${work.to}${work.isCommitted === true ? '!' : ''}`
        : `t${work.log}.${work.proof?.version ?? ''}.${work.proof?.reached ?? ''}`;
  const half =
    halfRead === undefined
      ? ''
      : `h${halfRead.log}${halfRead.entries.map((entry) => entryText(entry, name)).join(';')}`;
  return `${memory.map((known) => memoryText(known, name)).join('~')}|${doing}|${requests.map((request) => requestText(request, name)).join('&')}|${half}`;
}
