import { CUT, GONE, isWaiting, nextOf, take, watermarkOf } from './receive.ts';
import { idleTarget, passesGate } from './senders.ts';
import { DONE, NONE, UNKNOWN, headOf, logAt, receiverAt, withAt, type Receive, type State } from './state.ts';
import type { ReceiverPlan, World } from './world.ts';

interface Step {
  readonly label: string;
  /** What the container does then; undefined: nothing. */
  readonly job: Receive | undefined;
}

/** What a container can do next for the receiver that it works for. */
export function receiverMoves(world: World, state: State, work: Receive, name: string): Step[] {
  const { rules, senders, scenario } = world;
  const { memory } = work;
  const { name: receiver } = world.receivers[work.receiver] as ReceiverPlan;
  const steps: Step[] = [];
  memory.positions.forEach((position, at) => {
    if (position === UNKNOWN) return;
    const sender = senders[at]?.name;
    const next = nextOf(world, state, work, at);
    if (next === GONE)
      steps.push({ label: `${name} finds ${sender} overwritten, reads ${receiver} again`, job: undefined });
    const entry = logAt(state, at).entries[next - 1];
    if (entry !== undefined)
      steps.push({
        label: `${name} takes ${sender}${next} for ${receiver}`,
        job: take(world, state, work, at, entry, next),
      });
    if (rules.fromLogOnly || position === DONE) return;
    for (const put of [...state.containers.map(({ job }) => job), ...state.strays])
      if (put?.kind === 'entry' && put.sender === at && put.version === position + 1)
        steps.push({
          label: `${name} takes ${sender}${put.version} for ${receiver} as it was sent`,
          job: take(world, state, work, at, put.entry, put.version),
        });
  });
  if (scenario.endMs !== undefined && !rules.tickInLog)
    steps.push(...passOver(world, state, work, name, scenario.endMs));
  const { sender: own } = world.receivers[work.receiver] as ReceiverPlan;
  const mayWrite = own === undefined || passesGate(world, state, own, work.generation);
  if (mayWrite && (isWorthCommitting(world, state, work) || passesOn(world, state, work)))
    steps.push({ label: `${name} sends ${receiver} version ${memory.version + 1}`, job: { ...work, put: 'commit' } });
  if (mayWrite && isCut(world, state, work))
    steps.push({ label: `${name} sends SEAL of ${receiver}`, job: { ...work, put: 'seal' } });
  return steps.length > 0 ? steps : [{ label: `${name} finds nothing to do for ${receiver}`, job: undefined }];
}

function isWorthCommitting({ rules, receivers, scenario }: World, state: State, work: Receive): boolean {
  if (!work.hasTaken || work.hasRows) return work.hasTaken;
  if (!rules.emptyCommit) return false;
  if (rules.dueLater || receivers[work.receiver]?.sender === undefined) return true;
  const committed = receiverAt(state, work.receiver).positions;
  return state.logs.some(
    ({ entries }, at) =>
      entries.length >= scenario.slots &&
      entries.length - scenario.slots >= Math.max(0, committed[at] as number) &&
      work.memory.positions[at] !== UNKNOWN,
  );
}

/** Whether the log of a receiver that is a sender has no entry of this generation (PL-39). */
function passesOn({ rules, receivers, generationsOf }: World, state: State, work: Receive): boolean {
  const { sender } = receivers[work.receiver] as ReceiverPlan;
  if (sender === undefined || !rules.genMiddle || (generationsOf[2] as number) === 1) return false;
  return work.generation > (headOf(logAt(state, sender))?.generation ?? 0);
}

/** Without `tickInLog`: the receiver moves the watermark of an idle sender by itself. */
function passOver(world: World, state: State, work: Receive, name: string, endMs: number): Step[] {
  const { memory, receiver } = work;
  return memory.watermarks.flatMap((watermark, at): Step[] => {
    const log = logAt(state, at);
    const target = idleTarget(world, state, at, endMs);
    const isIdle = log.arrived === (headOf(log)?.reached ?? 0) && memory.positions[at] === log.entries.length;
    if (watermark === NONE || !isIdle || target <= watermark) return [];
    const moved = { ...memory, watermarks: withAt(memory.watermarks, at, target) };
    return [
      {
        label: `${name} passes over idle ${world.senders[at]?.name} for ${world.receivers[receiver]?.name}, to ${target}`,
        job: { ...work, hasTaken: true, memory: { ...moved, watermarkMs: watermarkOf(moved) } },
      },
    ];
  });
}

/** Whether the next entry of every live sender is behind the cut (PL-39). */
function isCut(world: World, state: State, work: Receive): boolean {
  const { rules, generationsOf } = world;
  const { of, generation } = world.receivers[work.receiver] as ReceiverPlan;
  if ((generationsOf[of] as number) <= generation) return false;
  if (!rules.cut) return state.logs.some((log) => (headOf(log)?.generation ?? 0) > generation);
  const { positions } = work.memory;
  return positions.every(
    (position, at) =>
      position === UNKNOWN ||
      position === DONE ||
      nextOf(world, state, work, at) === CUT ||
      (rules.waitingIsBehind && position === 0 && isWaiting(world, state, work.memory, at)),
  );
}
