/** What a container would put next on a sender's log, from what it reads now. */
import { UNKNOWN, headOf, isSealed, logAt, receiverAt, type Entry, type Log, type State } from './state.ts';
import type { ReceiverPlan, Sender, World } from './world.ts';

export interface Proposal {
  readonly what: string;
  readonly entry: Entry;
}

export function proposals(world: World, state: State, at: number, generation: number): Proposal[] {
  const { rules, scenario, firstGeneration, generations, latenessMs } = world;
  const log = logAt(state, at);
  const sender = world.senders[at] as Sender;
  const head = headOf(log);
  if (isSealed(log) || !passesGate(world, state, at, generation)) return [];
  if (sender.replaces.length > 0 && log.arrived === 0) return [];
  if (rules.oldCodeStops && knowsExchange(head) && generation < 1) return [];
  const isNewer = generations > firstGeneration && generation > (head?.generation ?? 0);
  if (head === undefined && sender.parents.length > 0) {
    if (rules.sealOldSource && isMadeAgain(world, state, at))
      return [{ what: 'SEAL', entry: { kind: 'seal', rows: [], reached: 0, watermarkMs: 0, generation } }];
    const mayBegin = log.arrived > 0 || scenario.endMs !== undefined || (isNewer && generation > firstGeneration);
    if (!mayBegin || !sender.parents.every((parent) => isSealed(logAt(state, parent)))) return [];
    const watermarkMs = Math.min(...sender.parents.map((parent) => headOf(logAt(state, parent))?.watermarkMs ?? 0));
    return [{ what: 'inherits', entry: { kind: 'inherit', rows: [], reached: 0, watermarkMs, generation } }];
  }
  const reached = head?.reached ?? 0;
  const watermarkMs = head?.watermarkMs ?? 0;
  const same = { rows: [], reached, generation };
  const found: Proposal[] = [];
  const seal: Proposal = { what: 'SEAL', entry: { ...same, kind: 'seal', watermarkMs } };
  if (rules.sealOldSource && isMadeAgain(world, state, at)) found.push(seal);
  if (log.arrived > reached) return [...found, record(sender, reached, watermarkMs, latenessMs, generation)];
  const hasChildren = sender.children.some((child) => world.senders[child]?.parents.includes(at));
  const isClosed = hasChildren && log.arrived === sender.rows.length;
  const isWanted =
    scenario.endMs !== undefined ||
    generation > firstGeneration ||
    sender.children.some((child) => logAt(state, child).arrived > 0);
  if (isClosed && isWanted) found.push(seal);
  if (
    scenario.endMs !== undefined &&
    rules.tickForReceivers &&
    rules.tickInLog &&
    (head !== undefined || rules.tickBegins)
  ) {
    const target = idleTarget(world, state, at, scenario.endMs);
    if (target > watermarkMs)
      found.push({ what: `tick to ${target}`, entry: { ...same, kind: 'tick', watermarkMs: target } });
  }
  if (isNewer && rules.genTick && !isClosed)
    found.push({ what: `tick, generation ${generation}`, entry: { ...same, kind: 'tick', watermarkMs } });
  return found;
}

function record({ rows }: Sender, reached: number, before: number, latenessMs: number, generation: number): Proposal {
  const row = rows[reached] as Sender['rows'][number];
  const watermarkMs = Math.max(before, row.watermarkMs);
  const sent = generation < 1 ? [] : [{ id: row.id, isLate: row.timeMs < before - latenessMs }];
  return {
    what: `record ${row.id} (time ${row.timeMs}, watermark ${watermarkMs})`,
    entry: { kind: 'batch', rows: sent, reached: reached + 1, watermarkMs, generation },
  };
}

/** Up to where an idle sender may follow: the smallest watermark of those that have records left. */
export function idleTarget(world: World, state: State, at: number, endMs: number): number {
  let smallest = Infinity;
  world.senders.forEach(({ parents }, other) => {
    if (other === at || other >= world.sources) return;
    const log = logAt(state, other);
    if (isSealed(log) || log.arrived <= (headOf(log)?.reached ?? 0)) return;
    if (parents.length > 0 && !parents.some((parent) => isSealed(logAt(state, parent)))) return;
    smallest = Math.min(smallest, headOf(log)?.watermarkMs ?? 0);
  });
  return smallest === Infinity ? endMs : smallest;
}

/** Whether the next version of a sender may take the slot of the one a ring before it (PL-31). */
export function passesGate(world: World, state: State, at: number, generation: number): boolean {
  const { rules, scenario } = world;
  if (!rules.gate || generation < 1) return true;
  const { entries } = logAt(state, at);
  const overwritten = entries.length + 1 - scenario.slots;
  if (overwritten <= 0 || (rules.gateSince && !knowsExchange(entries[overwritten - 1]))) return true;
  return overwritten <= consumed(world, state, at);
}

/** Whether the code that wrote it knew of the exchange. */
export const knowsExchange = (entry: Entry | undefined): boolean => entry !== undefined && entry.generation >= 1;

/** Whether records of a newer incarnation of its source have come. */
export const isMadeAgain = (world: World, state: State, at: number): boolean =>
  (world.senders[at] as Sender).children.some((next) =>
    world.senders[next]?.replaces.includes(at) === true
      ? logAt(state, next).arrived > 0
      : isMadeAgain(world, state, next),
  );

/** The version behind a position that a receiver takes next: entries from before the exchange are passed over. */
export function versionBehind({ entries }: Log, position: number): number {
  let version = position + 1;
  for (; version <= entries.length; version++) {
    const entry = entries[version - 1];
    if (knowsExchange(entry) || entry?.kind === 'seal') break;
  }
  return version;
}

function consumed({ rules, receivers, senders }: World, state: State, at: number): number {
  const { exchange } = senders[at] as Sender;
  let result: number | undefined;
  for (const receiver of receivers) {
    if (receiver.of !== exchange || !isLeaf(receivers, state, receiver)) continue;
    let position = positionAt(state, receiver, at);
    if (!rules.gateCommitted)
      for (const { job } of state.containers)
        if (job?.kind === 'receive' && job.receiver === receiver.index)
          position = Math.max(position, job.memory.positions[at] as number);
    result = result === undefined ? position : rules.gateAll ? Math.min(result, position) : Math.max(result, position);
  }
  return result ?? Infinity;
}

/** Whether a receiver is not sealed, and takes its turn: it has begun, or may begin. */
export function isLeaf(receivers: readonly ReceiverPlan[], state: State, { index, parents }: ReceiverPlan): boolean {
  const { version, isSealed: isOver } = receiverAt(state, index);
  return !isOver && (version > 0 || parents.every((parent) => receiverAt(state, parent).isSealed));
}

/** Of a receiver that has not begun: what its parents have. */
export function positionAt(state: State, { index, parents, generation }: ReceiverPlan, sender: number): number {
  const { version, positions } = receiverAt(state, index);
  if (version > 0 || generation === 1) return Math.max(0, positions[sender] ?? UNKNOWN);
  return Math.min(...parents.map((parent) => Math.max(0, receiverAt(state, parent).positions[sender] as number)));
}

/** Whether the ring still holds this version. */
export const isInRing = ({ entries }: Log, version: number, slots: number): boolean => version > entries.length - slots;
