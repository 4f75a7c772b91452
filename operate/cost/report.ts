import Table from 'cli-table3';
import { grouped } from '../text.ts';
import { ASSUMED } from './assumptions.ts';
import type { Crossover } from './crossover.ts';
import type { Estimate } from './estimate.ts';
import { assumptionsOf, number, warningsOf, wordsOf } from './notes.ts';
import { PRICES } from './prices.ts';
import type { CostInput } from './traffic.ts';

/** Everything that `tidemark cost` says. */
export interface CostReport {
  readonly pipeline: string;
  readonly input: CostInput;
  readonly estimate: Estimate;
  readonly crossover: Crossover;
}

/** For people. */
export function costText({ pipeline, input, estimate, crossover }: CostReport): string {
  const { traffic, totalUsd, flink } = estimate;
  return [
    `${pipeline} at ${number(input.eventsPerSecond)} events/s and ${grouped(input.keys)} keys, a month in ${PRICES.region}`,
    linesTable(estimate),
    needsText(input, estimate),
    `${number(traffic.resultsPerMonth)} results a month`,
    insteadText(estimate),
    `Managed Flink: ${flink.kpus} KPUs ${usd(flink.kpuUsd)} + ${input.kafka === undefined ? 'stream' : 'cluster'} and results ${usd(flink.sharedUsd)} = ${usd(flink.totalUsd)}; ${verdict(totalUsd, flink.totalUsd)}`,
    crossoverText(crossover, input),
    ...warningsOf(input, estimate).map((warning) => `WARNING: ${warning}`),
    'assumed:',
    ...assumptionsOf(input, estimate).map((assumption) => `  ${assumption}`),
  ].join('\n');
}

function needsText({ kafka }: CostInput, { traffic, exchange }: Estimate): string {
  const { partitions, readers, averageConcurrency } = traffic;
  const many = (count: number, what: string): string => (count === 1 ? `1 ${what}` : `${grouped(count)} ${what}s`);
  const readBy = kafka === undefined ? '' : `, ${many(readers, 'poller')}`;
  const behind =
    exchange === undefined
      ? ''
      : `; ${many(exchange.receivers.partitions, 'receiver')}, of which ${number(exchange.receivers.averageConcurrency)} busy`;
  return `needs ${many(partitions, wordsOf(kafka).part)}${readBy} and as much concurrency, of which ${number(averageConcurrency)} busy on average${behind}; 1 more for the tick`;
}

/** What else could be chosen. */
function insteadText({ kinesisOnDemandUsd, ownPollersUsd = 0 }: Estimate): string {
  if (kinesisOnDemandUsd !== undefined) return `Kinesis on demand instead of shards: ${usd(kinesisOnDemandUsd)}`;
  return `pollers of its own instead of Lambda's: ${usd(Math.abs(ownPollersUsd))} ${ownPollersUsd < 0 ? 'less' : 'more'}; a partition that fails then holds up no other`;
}

/** For programs. */
export function costJson({ pipeline, input, estimate, crossover }: CostReport): string {
  const { lines, ...rest } = estimate;
  return JSON.stringify({
    pipeline,
    region: PRICES.region,
    pricesCollected: PRICES.collected,
    input,
    ...rest,
    services: servicesOf(estimate),
    lines,
    crossover,
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
  for (const { service, what, quantity, unit, usd: amount } of [...estimate.lines].sort(
    byService(Object.keys(services)),
  )) {
    if (service !== before) table.push([service, '', '', '', usd(services[service] ?? 0)]);
    before = service;
    table.push(['', what, number(quantity), unit, usd(amount)]);
  }
  table.push(['in all', '', '', '', usd(estimate.totalUsd)]);
  return table.toString();
}

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
function crossoverText({ first, always, from, to }: Crossover, { keys }: CostInput): string {
  const load = (eventsPerSecond: number): string => `${number(eventsPerSecond)} events/s`;
  const range = `with ${grouped(keys)} keys, between ${number(from)} and ${load(to)}`;
  if (first === null) return `Managed Flink is cheaper at no load (${range})`;
  if (always === null)
    return `Managed Flink is cheaper at some loads from ${load(first)} on, never for good (${range})`;
  const between = always - first > 1 ? `; at some loads from ${load(first)} on` : '';
  return `Managed Flink is cheaper from ${load(always)} on${between} (${range})`;
}
