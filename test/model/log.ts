import { checkChain } from '../../engine/partition-log/read-log.ts';
import { expectedVersion, mayOverwrite, slotOf } from '../../engine/partition-log/ring.ts';
import type { Rules } from './rules.ts';
import { add, replaced, type Entry, type Log, type Memory, type Request, type State, type Tally } from './state.ts';

export const hasOutbox = ({ kind }: Entry): boolean => kind === 'batch' || kind === 'tick';

export const headOf = ({ slots }: Log): Entry | undefined =>
  slots.reduce(
    (head, entry) => (entry !== undefined && entry.version > (head?.version ?? 0) ? entry : head),
    undefined,
  );

/** One put at the store: the log after it, and what it answers. */
export function execute(
  state: State,
  { log: at, entry }: Request,
  rules: Rules,
): { state: State; reply: 'stored' | 'own' | 'other' } {
  const log = state.logs[at] as Log;
  const slot = slotOf(entry.version, log.slots.length);
  const found = log.slots[slot];
  const expected = expectedVersion(entry.version, log.slots.length);
  const holds = found?.version === expected || (!rules.slotsStay && found === undefined);
  if (rules.condition && !holds) return { state, reply: found?.commitId === entry.commitId ? 'own' : 'other' };
  const committed = {
    commitId: entry.commitId,
    reached: entry.reached,
    hasOutbox: hasOutbox(entry),
    delivered: log.early.some(({ commitId }) => commitId === entry.commitId),
  };
  const stored = { ...log, slots: replaced(log.slots, slot, entry), history: [...log.history, committed] };
  const violation = wrongCommit(state, at, entry) ?? wrongOverwrite(log, found);
  return {
    state: { ...state, logs: replaced(state.logs, at, stored), ...(violation === undefined ? {} : { violation }) },
    reply: 'stored',
  };
}

/** What the next version of a log must be, by those who see everything. */
function wrongCommit({ logs }: State, at: number, entry: Entry): string | undefined {
  const log = logs[at] as Log;
  const { history } = log;
  const head = history.at(-1);
  const name = `version ${entry.version}`;
  if (log.early.some(({ version, commitId }) => version === entry.version && commitId !== entry.commitId))
    return `${name} was delivered, and another commit is stored in its place`;
  if (entry.version !== history.length + 1) return `${name} is stored after version ${history.length}`;
  if (entry.previousCommitId !== (head?.commitId ?? '')) return `${name} does not follow the commit before it`;
  const last = headOf(log);
  if (last?.kind === 'seal') return `${name} is stored after the seal`;
  if (entry.kind === 'tick' && entry.drainedAt !== entry.reached)
    return `${name} is a tick at record ${entry.reached}, and nothing proves that it was the last`;
  if (entry.kind === 'seal' && entry.reached !== log.arrived)
    return `${name} seals at record ${entry.reached} of ${log.arrived}`;
  if (entry.kind === 'inherit' && headOf(logs[0] as Log)?.kind !== 'seal')
    return `${name} takes over from a parent that is not sealed`;
  if (entry.after.some((count, i) => count !== shouldCount(logs, at, entry.reached, i + 1)))
    return `${name} has counted ${entry.after.join(', ')} times the records up to ${entry.reached}`;
  return undefined;
}

/** Once when the log has reached it, or its parent has: a child's records follow those of its parent. */
function shouldCount(logs: readonly Log[], at: number, reached: number, record: number): number {
  const before = at === 0 ? 0 : (logs[0] as Log).arrived;
  return record <= before + reached ? 1 : 0;
}

function wrongOverwrite({ history }: Log, found: Entry | undefined): string | undefined {
  const old = found === undefined ? undefined : history[found.version - 1];
  return old?.hasOutbox === true && !old.delivered
    ? `version ${found?.version} is overwritten, and was never delivered`
    : undefined;
}

/** What a reader makes of these slots; undefined: torn, read again. */
export function rebuild(
  state: State,
  entries: readonly Entry[],
  slots: number,
  records: number,
  rules: Rules,
): Memory | undefined {
  const checked = checkChain(entries, slots);
  if (typeof checked === 'string' && rules.chain) return undefined;
  const tail = typeof checked === 'string' ? [...entries].sort((a, b) => a.version - b.version) : checked;
  const head = tail.at(-1);
  let tally: Tally = Array.from({ length: records }, () => 0);
  if (head === undefined)
    return {
      version: 0,
      commitId: '',
      reached: 0,
      fired: 0,
      tally,
      snapshotVersion: 0,
      snapshotKey: '',
      publishedVersion: 0,
      undelivered: [],
      isSealed: false,
    };
  if (head.snapshotVersion > 0) tally = state.snapshots[head.snapshotKey] ?? tally;
  for (const { version, delta } of tail) if (version > head.snapshotVersion) tally = add(tally, delta);
  const { version, commitId, reached, fired, snapshotVersion, snapshotKey, publishedVersion } = head;
  const undelivered = rules.deliverLeftovers
    ? tail
        .filter((entry) => entry.version > publishedVersion && hasOutbox(entry))
        .map((entry) => ({ version: entry.version, commitId: entry.commitId }))
    : [];
  return {
    version,
    commitId,
    reached,
    fired,
    tally,
    snapshotVersion,
    snapshotKey,
    publishedVersion,
    undelivered,
    isSealed: head.kind === 'seal',
  };
}

/** Whether the gate lets this version be written. */
export function passesGate(entry: Entry, slots: number, { snapshotGate, publishGate }: Rules): boolean {
  return mayOverwrite(
    entry.version,
    slots,
    snapshotGate ? entry.snapshotVersion : Infinity,
    publishGate ? entry.publishedVersion : Infinity,
  );
}

/** What must hold in every state. */
export function wrongState(state: State): string | undefined {
  if (state.violation !== undefined) return state.violation;
  for (const log of state.logs) {
    const { history, acknowledged } = log;
    const head = headOf(log);
    if (acknowledged > (head?.reached ?? 0))
      return `records up to ${acknowledged} are acknowledged, the log has reached ${head?.reached ?? 0}`;
    const missing = history.findIndex(
      ({ reached, hasOutbox, delivered }) => hasOutbox && !delivered && reached <= acknowledged && reached > 0,
    );
    // A tick's outbox waits for the next invocation or tick: no mapping stands behind it.
    if (missing !== -1 && !wasTick(history, missing))
      return `records up to ${acknowledged} are acknowledged, version ${missing + 1} is not delivered`;
    if (head === undefined) continue;
    const entries = log.slots.filter((entry) => entry !== undefined);
    const checked = checkChain(entries, log.slots.length);
    if (typeof checked === 'string') return `the log has ${checked}`;
    if (head.snapshotVersion > 0 && state.snapshots[head.snapshotKey] === undefined)
      return `the log points to a snapshot that is not there`;
    const oldest = checked[0]?.version ?? 0;
    if (head.snapshotVersion < oldest - 1)
      return `versions ${head.snapshotVersion + 1} to ${oldest - 1} are in no snapshot and no slot`;
    const tally = checked.reduce(
      (sum, { version, delta }) => (version > head.snapshotVersion ? add(sum, delta) : sum),
      state.snapshots[head.snapshotKey] ?? head.after.map(() => 0),
    );
    if (tally.some((count, i) => count !== head.after[i]))
      return `snapshot and log lead to ${tally.join(', ')}, their writer had ${head.after.join(', ')}`;
  }
  return undefined;
}

const wasTick = (history: Log['history'], at: number): boolean =>
  history[at]?.reached === (history[at - 1]?.reached ?? 0);
