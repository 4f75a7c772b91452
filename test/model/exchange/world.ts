import { rulesWithout, type RuleName, type Rules } from './rules.ts';

/** What there is to look at, in a few words. */
export interface Scenario {
  /** Of each sender's ring. */
  readonly slots: number;
  readonly containers: number;
  readonly crashes: number;
  /** By partition its records in order, each `time→watermark after it`, with ` h1` for the upper half of the keys. */
  readonly sources: Readonly<Record<string, readonly string[]>>;
  readonly receivers: readonly ReceiverSpec[];
  /** By partition those that were split or merged into it. */
  readonly parents?: Readonly<Record<string, readonly string[]>>;
  /** By partition of a source that was made again those of the deleted one. */
  readonly madeAgain?: Readonly<Record<string, readonly string[]>>;
  /** Records arrive one by one; absent: those of the roots are there from the beginning. */
  readonly arrive?: true;
  /** Up to where ticks move idle senders; absent: there are no ticks. */
  readonly endMs?: number;
  /** That stage one allows. */
  readonly latenessMs?: number;
  /** The first fragment has no window: what is late there is sent, and is late at the receiver. */
  readonly sendsLate?: true;
  /** The logs are there before the exchange is: the first code knows nothing of it. */
  readonly isAdded?: true;
}

export interface ReceiverSpec {
  readonly name: string;
  readonly generation: number;
  /** Of the keys: what it takes. */
  readonly halves: readonly number[];
  /** 2: it reads the logs of the receivers of exchange 1. */
  readonly exchange?: 2;
}

export interface Row {
  readonly id: number;
  readonly timeMs: number;
  /** Of its partition, after it. */
  readonly watermarkMs: number;
  readonly half: number;
  /** Ids of the rows of its key that came before it. */
  readonly earlier: readonly number[];
}

/** A log that receivers read: of a source partition, or of a receiver of the exchange before. */
export interface Sender {
  readonly name: string;
  readonly exchange: number;
  /** It begins with their state, and is read behind their seals. */
  readonly parents: readonly number[];
  /** Logs of the deleted source: it is read behind their seals, without their state. */
  readonly replaces: readonly number[];
  /** Named by its seal. */
  readonly children: readonly number[];
  /** Empty for a receiver's log. */
  readonly rows: readonly Row[];
}

export interface ReceiverPlan extends ReceiverSpec {
  readonly index: number;
  readonly of: number;
  /** Those of the generation before whose ranges meet its own. */
  readonly parents: readonly number[];
  /** Its own log as a sender of the next exchange. */
  readonly sender: number | undefined;
}

/** A scenario under some of the rules, with all that follows from it. */
export interface World {
  readonly rules: Rules;
  readonly scenario: Scenario;
  /** Source partitions first. */
  readonly senders: readonly Sender[];
  readonly sources: number;
  readonly receivers: readonly ReceiverPlan[];
  readonly rows: readonly Row[];
  /** Of the code: the first, and the last. */
  readonly firstGeneration: number;
  readonly generations: number;
  /** By exchange. */
  readonly generationsOf: readonly number[];
  readonly latenessMs: number;
}

export function worldOf(scenario: Scenario, dropped: readonly RuleName[]): World {
  const plans = receiversOf(scenario);
  const { senders, rows } = sendersOf(scenario, plans);
  const lastOf = (exchange: number): number =>
    Math.max(0, ...plans.filter(({ of }) => of === exchange).map(({ generation }) => generation));
  const generationsOf = [0, lastOf(1), lastOf(2)];
  return {
    rules: rulesWithout(dropped),
    scenario,
    senders,
    sources: Object.keys(scenario.sources).length,
    receivers: plans,
    rows,
    firstGeneration: scenario.isAdded ? 0 : 1,
    generations: Math.max(...generationsOf),
    generationsOf,
    latenessMs: scenario.latenessMs ?? 0,
  };
}

function receiversOf({ sources, receivers }: Scenario): ReceiverPlan[] {
  const isChain = receivers.some(({ exchange }) => exchange === 2);
  let senders = Object.keys(sources).length;
  return receivers.map((receiver, index) => ({
    ...receiver,
    index,
    of: receiver.exchange ?? 1,
    parents: receivers.flatMap(({ exchange, generation, halves }, i) =>
      exchange === receiver.exchange &&
      generation === receiver.generation - 1 &&
      halves.some((half) => receiver.halves.includes(half))
        ? [i]
        : [],
    ),
    sender: isChain && receiver.exchange === undefined ? senders++ : undefined,
  }));
}

function sendersOf(scenario: Scenario, plans: readonly ReceiverPlan[]): { senders: Sender[]; rows: Row[] } {
  const names = Object.keys(scenario.sources);
  const parentsOf = (name: string): readonly string[] => scenario.parents?.[name] ?? [];
  const replacedBy = (name: string): readonly string[] => scenario.madeAgain?.[name] ?? [];
  const ancestorsOf = (name: string): string[] => parentsOf(name).flatMap((parent) => [parent, ...ancestorsOf(parent)]);
  const rows: Row[] = [];
  const idsOf: Record<string, number[]> = {};
  for (const name of names) {
    idsOf[name] = [];
    for (const text of scenario.sources[name] as readonly string[]) {
      const [, timeMs, watermarkMs, half = 0] = /^(\d+)→(\d+)(?: h(\d))?$/.exec(text) as RegExpExecArray;
      const own = { id: rows.length, timeMs: Number(timeMs), watermarkMs: Number(watermarkMs), half: Number(half) };
      const before = [...ancestorsOf(name), name].flatMap((other) => idsOf[other] ?? []);
      rows.push({ ...own, earlier: before.filter((id) => rows[id]?.half === own.half) });
      idsOf[name].push(own.id);
    }
  }
  const sources = names.map((name) => ({
    name,
    exchange: 1,
    parents: parentsOf(name).map((parent) => names.indexOf(parent)),
    replaces: replacedBy(name).map((old) => names.indexOf(old)),
    children: names.flatMap((next, i) => ([...parentsOf(next), ...replacedBy(next)].includes(name) ? [i] : [])),
    rows: (idsOf[name] as number[]).map((id) => rows[id] as Row),
  }));
  const middle = plans.filter(({ sender }) => sender !== undefined);
  const logOf = (receiver: number): number => plans[receiver]?.sender as number;
  const receivers = middle.map(({ name, index, parents }) => ({
    name,
    exchange: 2,
    parents: parents.map(logOf),
    replaces: [],
    children: middle.filter((next) => next.parents.includes(index)).map((next) => logOf(next.index)),
    rows: [],
  }));
  return { senders: [...sources, ...receivers], rows };
}
