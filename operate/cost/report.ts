import Table from 'cli-table3';
import { bytesText, grouped } from '../text.ts';
import { ASSUMED } from './assumptions.ts';
import { LEAST_USD } from './at-rest.ts';
import type { AgainstFlink, Crossover } from './crossover.ts';
import { allInItems, AT_REST_GOAL_USD, LARGEST_INLINE_KIB, type Estimate } from './estimate.ts';
import { assumptionsOf, number, warningsOf, wordsOf } from './notes.ts';
import { isUnchecked, PRICES, STAR_TEXT, starOf } from './prices.ts';
import type { CostLine } from './services.ts';
import { inlineLimitBytes, type CostInput } from './traffic.ts';

/** Everything that `tidemark cost` says. */
export interface CostReport {
  readonly pipeline: string;
  readonly input: CostInput;
  readonly estimate: Estimate;
  /** At each rate of a KPU. */
  readonly against: readonly AgainstFlink[];
}

/** For people. */
export function costText({ pipeline, input, estimate, against }: CostReport): string {
  const { traffic, totalUsd, exchanges } = estimate;
  const results = exchanges.at(-1)?.receivers ?? traffic;
  const sharedStar = starOf(estimate.lines.filter(({ shared }) => shared));
  return [
    `${pipeline} at ${number(input.eventsPerSecond)} events/s and ${grouped(input.keys)} keys, a month in ${PRICES.region}`,
    linesTable(estimate),
    STAR_TEXT,
    ...sharesText(estimate),
    needsText(estimate),
    ...exchanges.map(atRestText),
    `${number(results.resultsPerMonth)} results a month`,
    ...insteadText(estimate),
    ...inItemsText(input, estimate.totalUsd),
    ...against.flatMap(({ flink, crossover }) => [
      `Managed Flink at ${grouped(flink.eventsPerKpu)} events/s a KPU: ${flink.kpus} KPUs ${usd(flink.kpuUsd)}* + ${input.kafka === undefined ? 'stream' : 'cluster'} and results ${usd(flink.sharedUsd)}${sharedStar} = ${usd(flink.totalUsd)}*; ${verdict(totalUsd, flink.totalUsd)}`,
      `  ${crossoverText(crossover, input)}`,
    ]),
    ...warningsOf(input, estimate).map((warning) => `WARNING: ${warning}`),
    'assumed:',
    ...assumptionsOf(input, estimate).map((assumption) => `  ${assumption}`),
  ].join('\n');
}

/** What each of several sources has of the load. */
function sharesText({ sources }: Estimate): string[] {
  if (sources.length === 1) return [];
  const each = sources.map(({ name, eventsPerSecond }) => `${name} ${number(eventsPerSecond)}`).join(', ');
  return [`events/s of each source: ${each} (--rate <source>=<events/s>; those without share the rest equally)`];
}

function needsText({ sources, exchanges }: Estimate): string {
  const many = (count: number, what: string): string => (count === 1 ? `1 ${what}` : `${grouped(count)} ${what}s`);
  const isOne = sources.length === 1;
  const read = sources.map(({ name, kafka, traffic: { partitions, readers, averageConcurrency } }) => {
    const readBy = kafka === undefined ? '' : `, ${many(readers, 'poller')}`;
    return `${isOne ? '' : `${name}: `}${many(partitions, wordsOf(kafka).part)}${readBy} and as much concurrency, of which ${number(averageConcurrency)} busy on average`;
  });
  const behind = exchanges.map(
    ({ name, receivers }) =>
      `${name}: ${many(receivers.partitions, 'receiver')}, of which ${number(receivers.averageConcurrency)} busy`,
  );
  return `needs ${[...read, ...behind].join('; ')}; ${isOne ? '1 more for the tick' : `${sources.length} more for the ticks`}`;
}

/** @example 'by-destination at rest: $0.39* a month, besides its alarms' */
function atRestText({ name, atRestUsd }: Estimate['exchanges'][number]): string {
  const isAbove = atRestUsd > AT_REST_GOAL_USD;
  const goal = isAbove ? `; more than the ${usd(AT_REST_GOAL_USD)} that is the goal` : '';
  return `${name} at rest: ${isAbove ? `$${atRestUsd.toFixed(3)}` : usd(atRestUsd)}* a month, besides its alarms${goal}`;
}

/** What else could be chosen. */
function insteadText({ kinesisOnDemandUsd, ownPollersUsd }: Estimate): string[] {
  return [
    ...(kinesisOnDemandUsd === undefined ? [] : [`Kinesis on demand instead of shards: ${usd(kinesisOnDemandUsd)}*`]),
    ...(ownPollersUsd === undefined
      ? []
      : [
          `pollers of its own instead of Lambda's: ${usd(Math.abs(ownPollersUsd))}* ${ownPollersUsd < 0 ? 'less' : 'more'}; a partition that fails then holds up no other`,
        ]),
  ];
}

/** What the inline limit makes of the bill. */
function inItemsText(input: CostInput, totalUsd: number): string[] {
  const difference = allInItems(input).totalUsd - totalUsd;
  if (Math.abs(difference) < LEAST_USD) return [];
  const more = `${usd(Math.abs(difference))} ${difference < 0 ? 'less' : 'more'}`;
  return [
    `log entries up to ${bytesText(LARGEST_INLINE_KIB * 1_024)} a body in the table instead of objects above ${bytesText(inlineLimitBytes(input))} (inlineLimitKiB): ${more}; no commit then waits for an object`,
  ];
}

/** For programs. */
export function costJson({ pipeline, input, estimate, against }: CostReport): string {
  const { lines, flink: _ofOneRate, ...rest } = estimate;
  return JSON.stringify({
    pipeline,
    region: PRICES.region,
    pricesCollected: PRICES.collected,
    input,
    ...rest,
    services: servicesOf(estimate),
    lines: lines.map((line) => ({ ...line, isPriceChecked: !isUnchecked(line) })),
    atRestGoalUsd: AT_REST_GOAL_USD,
    allInItemsUsd: allInItems(input).totalUsd,
    againstFlink: against,
    warnings: warningsOf(input, estimate),
    assumptions: ASSUMED,
    assumptionsInWords: assumptionsOf(input, estimate),
  });
}

/** Dollars per service, in the order of the lines. */
export function servicesOf({ lines }: Estimate): Readonly<Record<string, number>> {
  const services: Record<string, number> = {};
  for (const { service, usd: amount } of lines) services[service] = (services[service] ?? 0) + amount;
  return services;
}

/** @example usd(1234.5) // '$1,234.50' */
export function usd(amount: number): string {
  if (amount > 0 && amount < 0.01) return '<$0.01';
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function linesTable(estimate: Estimate): string {
  const table = new Table({
    head: ['service', 'what', 'quantity', 'unit', 'USD'],
    colAligns: ['left', 'left', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const services = servicesOf(estimate);
  let before = '';
  for (const line of [...estimate.lines].sort(byService(Object.keys(services)))) {
    const { service, what, of, quantity, unit, usd: amount } = line;
    const ofService = estimate.lines.filter((one) => one.service === service);
    if (service !== before) table.push([service, '', '', '', withStar(services[service] ?? 0, ofService)]);
    before = service;
    const whose = of === undefined ? what : `${of}: ${what}`;
    table.push(['', whose, number(quantity), unit, withStar(amount, [line])]);
  }
  table.push(['in all', '', '', '', withStar(estimate.totalUsd, estimate.lines)]);
  return table.toString();
}

/** A blank keeps the digits of a column below each other. */
const withStar = (amount: number, lines: readonly CostLine[]): string => `${usd(amount)}${starOf(lines) || ' '}`;

function byService(
  order: readonly string[],
): (a: { readonly service: string }, b: { readonly service: string }) => number {
  return (a, b) => order.indexOf(a.service) - order.indexOf(b.service);
}

function verdict(tidemarkUsd: number, flinkUsd: number): string {
  const [times, which] =
    flinkUsd > tidemarkUsd ? [flinkUsd / tidemarkUsd, 'Tidemark'] : [tidemarkUsd / flinkUsd, 'Flink'];
  return times < 1.05 ? 'about the same' : `${which} is ${number(times)} times cheaper`;
}

/** Everything but the load stays: so many keys, such windows. */
function crossoverText({ eventsPerKpu, first, always, from, to }: Crossover, { keys }: CostInput): string {
  const load = (eventsPerSecond: number): string => `${number(eventsPerSecond)} events/s`;
  const range = `at ${grouped(eventsPerKpu)} events/s a KPU, with ${grouped(keys)} keys, between ${number(from)} and ${load(to)}`;
  if (first === null) return `Managed Flink is cheaper at no load (${range})`;
  if (always === null)
    return `Managed Flink is cheaper at some loads from ${load(first)} on, never for good (${range})`;
  const between = always - first > 1 ? `; at some loads from ${load(first)} on` : '';
  return `Managed Flink is cheaper from ${load(always)} on${between} (${range})`;
}
