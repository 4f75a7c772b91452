import type { Exchange } from '../../engine/plan/exchange.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import { hasKeysInPlace, receivingOf, type Topology } from '../../engine/topology.ts';
import { requireSetting } from '../../engine/errors.ts';
import { NO_WINDOW_MS, type CostInput, type ExchangeLoad, type SourceLoad } from './traffic.ts';

export interface LoadQuestion extends Pick<
  CostInput,
  'eventsPerSecond' | 'keys' | 'eventBytes' | 'flinkEventsPerKpu' | 'kafka' | 'inlineLimitKiB'
> {
  /** Of some sources [events/s]; the others share what is left equally. @default none */
  readonly rates?: Readonly<Record<string, number>>;
  /** Of some exchanges, rows per record of all sources. @default as reckoned */
  readonly rows?: Readonly<Record<string, number>>;
}

/**
 * The load that is asked about, with what the pipeline says about sources, batches, windows, exchanges and sinks.
 *
 * @throws INVALID_SETTING when a kind of cluster is named for streams, a source or exchange is none of the pipeline's, or the
 *   rates do not add up
 */
export function inputOf(fragments: readonly Topology[], question: LoadQuestion): CostInput {
  const { kafka, rates = {}, rows = {}, ...load } = question;
  const [first] = fragments as readonly [Topology];
  const last = fragments.at(-1) as Topology;
  const { source, sources, downstream, results } = first;
  requireSetting(
    'kafka',
    kafka,
    kafka === undefined || sources.some(({ kind }) => kind === 'kafka'),
    'left out for a pipeline that reads a stream',
    'name one that reads a topic, such as flights-kafka',
  );
  const kinds = last.sinks.map(({ kind }) => kind);
  const byName = sharesOf(sources.map(nameOfSource), load.eventsPerSecond, rates);
  requireNames(
    'rows',
    rows,
    downstream.map(({ exchange }) => exchange.id),
  );
  const loads = sources.map((one): SourceLoad => ({
    name: nameOfSource(one),
    share: byName[nameOfSource(one)] as number,
    batchSize: one.batchSize,
    maxBatchingWindowMs: one.maxBatchingWindowMs,
    kafka: one.kind === 'kafka' ? (kafka ?? 'serverless') : undefined,
  }));
  const slowestMs = Math.max(...fragments.map(({ eventTime }) => eventTime.maxOutOfOrdernessMs));
  const exchanges = receivingOf(fragments).map((fragment, i): ExchangeLoad => {
    const { id, receivers, paceMs, ...exchange } = fragment.receivesFrom as Exchange;
    return {
      name: id,
      receivers,
      paceMs,
      keys: isOneKey({ ...exchange, receivers }) ? 1 : load.keys,
      windowMs: fragment.results.windowMs,
      openAfterEndMs: slowestMs + fragment.results.allowedLatenessMs,
      isCombined: (i === 0 ? first : fragments[fragments.indexOf(fragment) - 1])?.combines !== undefined,
      rowsPerRecord: rows[id],
    };
  });
  return {
    ...load,
    ...(source.kind === 'kafka' ? { kafka: kafka ?? 'serverless' } : {}),
    ...(sources.length === 1 ? {} : { sources: loads }),
    ...(exchanges.length === 0 ? {} : { exchanges, hasWindowsInPlace: hasKeysInPlace(first) }),
    batchSize: source.batchSize,
    maxBatchingWindowMs: source.maxBatchingWindowMs,
    windowMs: results.windowMs ?? NO_WINDOW_MS,
    openAfterEndMs: first.eventTime.maxOutOfOrdernessMs + results.allowedLatenessMs,
    resultTable: kinds.includes('resultTable'),
    lake: kinds.includes('lake'),
  };
}

/** `keyAll`: all rows have one key. */
function isOneKey({ isComputed, keyFields, receivers }: Pick<Exchange, 'isComputed' | 'keyFields' | 'receivers'>) {
  return isComputed === true && receivers === 1 && keyFields[0] === 'all';
}

/** What of all records each source has: those without a rate of their own share the rest equally. */
function sharesOf(
  names: readonly string[],
  eventsPerSecond: number,
  rates: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  requireNames('rate', rates, names);
  const given = Object.values(rates).reduce((sum, rate) => sum + rate, 0);
  const others = names.filter((name) => rates[name] === undefined);
  const isTooMuch = given > eventsPerSecond * (1 + ROUNDING);
  const isTooLittle = others.length === 0 && given < eventsPerSecond * (1 - ROUNDING);
  requireSetting(
    'rate',
    Object.entries(rates)
      .map(([name, rate]) => `${name}=${rate}`)
      .join(' '),
    !isTooMuch && !isTooLittle,
    `of all sources together the ${eventsPerSecond} events per second`,
    'correct --rate or --events-per-second',
  );
  const each = Math.max(0, eventsPerSecond - given) / Math.max(1, others.length);
  return Object.fromEntries(names.map((name) => [name, (rates[name] ?? each) / eventsPerSecond]));
}

const ROUNDING = 1e-9;

function requireNames(flag: string, given: Readonly<Record<string, number>>, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    const rule = known.length === 0 ? 'left out for a pipeline without an exchange' : `of one of ${known.join(', ')}`;
    requireSetting(flag, name, known.includes(name), rule, `pass --${flag} ${known[0] ?? 'name'}=1`);
  }
}
