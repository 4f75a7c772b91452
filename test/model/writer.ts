/** What a writer does next by itself: the way of one batch, of one tick, and of a child that takes over. */
import type { Move } from './explore.ts';
import { rebuild } from './log.ts';
import { propose } from './propose.ts';
import type { Model } from './rules.ts';
import { replaced, withWriter, type Log, type Memory, type State, type Work, type Writer } from './state.ts';

export const remember = (writer: Writer, log: number, memory: Memory | undefined): Writer => ({
  ...writer,
  memory: replaced(writer.memory, log, memory),
});

export const stop = (writer: Writer): Writer => ({ ...writer, work: undefined });

/** At most one thing each time, but for the choice of a snapshot. */
export function workOn(model: Model, state: State, writer: Writer): Move<State>[] {
  const work = writer.work as Work;
  const memory = writer.memory[work.log];
  if (memory === undefined) return read(model, state, writer, work.log);
  if (work.kind === 'tick') return tick(model, state, writer, work, memory);
  if (work.log === 1 && memory.version === 0) return takeOver(model, state, writer, memory);
  const goOn = () => proceed(model, state, writer, work, memory);
  if (
    memory.undelivered.length === 0 ||
    writer.requests.length > 0 ||
    (work.isCommitted === true && !model.rules.successAfterDelivery)
  )
    return goOn();
  const mayLag = model.scenario.isLagging === true && work.isCommitted !== true && work.to > memory.reached;
  return [...deliver(model, state, writer, work.log, memory), ...(mayLag ? goOn() : [])];
}

function proceed(
  model: Model,
  state: State,
  writer: Writer,
  work: Work & { kind: 'batch' },
  memory: Memory,
): Move<State>[] {
  if (work.isCommitted === true || (model.rules.filter && work.to <= memory.reached))
    return succeed(model, state, writer, work);
  return propose(model, state, writer, work.log, memory, { kind: 'batch', from: work.from, to: work.to });
}

function read(model: Model, state: State, writer: Writer, at: number): Move<State>[] {
  const { slots } = state.logs[at] as Log;
  const { scenario, rules } = model;
  const entries = (part: Log['slots']) => part.filter((entry) => entry !== undefined);
  if (scenario.tornReads === true && writer.halfRead === undefined) {
    const label = `${writer.name} begins to read ${model.nameOf(at)}`;
    return [
      { label, next: withWriter(state, { ...writer, halfRead: { log: at, entries: entries(slots.slice(0, 1)) } }) },
    ];
  }
  const { halfRead, ...rest } = writer;
  const found = halfRead === undefined ? entries(slots) : [...halfRead.entries, ...entries(slots.slice(1))];
  const memory = rebuild(
    state,
    found,
    slots.length,
    scenario.records.reduce((sum, count) => sum + count, 0),
    rules,
  );
  const what =
    memory === undefined ? 'finds it torn' : memory.version === 0 ? 'finds nothing' : `finds version ${memory.version}`;
  return [
    { label: `${writer.name} reads ${model.nameOf(at)}, ${what}`, next: withWriter(state, remember(rest, at, memory)) },
  ];
}

function deliver(model: Model, state: State, writer: Writer, at: number, memory: Memory): Move<State>[] {
  const [first, ...later] = memory.undelivered;
  if (first === undefined) return [];
  const log = state.logs[at] as Log;
  const delivered = log.history[first.version - 1];
  const after: Log = {
    ...log,
    history: log.history.map((committed, i) =>
      i === first.version - 1 ? { ...committed, delivered: true } : committed,
    ),
  };
  const violation =
    delivered?.commitId === first.commitId
      ? {}
      : { violation: `version ${first.version} is delivered as it never was in the log` };
  const publishedVersion = Math.max(memory.publishedVersion, first.version);
  const next = withWriter(
    { ...state, logs: replaced(state.logs, at, after), ...violation },
    remember(writer, at, { ...memory, undelivered: later, publishedVersion }),
  );
  return [{ label: `${writer.name} delivers version ${first.version} of ${model.nameOf(at)}`, next }];
}

function succeed(model: Model, state: State, writer: Writer, { log: at, to }: Work & { kind: 'batch' }): Move<State>[] {
  const log = state.logs[at] as Log;
  const acknowledged = { ...log, acknowledged: Math.max(log.acknowledged, to) };
  return [
    {
      label: `${writer.name} says yes to records up to ${to}`,
      next: withWriter({ ...state, logs: replaced(state.logs, at, acknowledged) }, stop(writer)),
    },
  ];
}

/** Proof first, then the log anew, then the tick if nobody was there in between (PL-19, PL-20). */
function tick(
  model: Model,
  state: State,
  writer: Writer,
  work: Work & { kind: 'tick' },
  memory: Memory,
): Move<State>[] {
  const { rules } = model;
  const end = (reason: string): Move<State>[] => [
    { label: `${writer.name} ends its tick: ${reason}`, next: withWriter(state, stop(writer)) },
  ];
  if (memory.version === 0) return end('there is no log');
  if (memory.isSealed && rules.sealIsFinal) return end('the log is sealed');
  if (work.proof === undefined) {
    const hasMore = (state.logs[work.log] as Log).arrived > memory.reached;
    if (hasMore && rules.tickNeedsProof) return end('there are more records');
    const proof = { version: memory.version, reached: hasMore ? -1 : memory.reached };
    const label = rules.tickNeedsProof
      ? `${writer.name} finds nothing in the stream behind record ${memory.reached}`
      : `${writer.name} does not ask the stream`;
    return [{ label, next: withWriter(state, { ...remember(writer, work.log, undefined), work: { ...work, proof } }) }];
  }
  if (memory.undelivered.length > 0) return deliver(model, state, writer, work.log, memory);
  if (work.isCommitted === true) return end('it is in the log');
  if (rules.proofOfThisVersion && memory.version !== work.proof.version) return end('somebody was there meanwhile');
  if (memory.fired >= memory.reached) return end('nothing is due');
  return propose(model, state, writer, work.log, memory, { kind: 'tick', drainedAt: work.proof.reached });
}

/** A child's first batch: the parent's seal, then what it inherits (PL-22). */
function takeOver(model: Model, state: State, writer: Writer, child: Memory): Move<State>[] {
  const parent = writer.memory[0];
  const { rules, scenario } = model;
  if (parent === undefined) return read(model, state, writer, 0);
  if (parent.isSealed || !rules.childWaits)
    return propose(model, state, writer, 1, child, { kind: 'inherit', tally: parent.tally });
  if (parent.undelivered.length > 0) return deliver(model, state, writer, 0, parent);
  if (rules.drainedBeforeSeal && parent.reached < (scenario.records[0] as number)) {
    return [
      {
        label: `${writer.name} gives up: the parent is not read to its end`,
        next: withWriter(state, stop(remember(remember(writer, 0, undefined), 1, undefined))),
      },
    ];
  }
  return propose(model, state, writer, 0, parent, { kind: 'seal' });
}
