import { requireSetting } from '../../engine/errors.ts';
import { INLINE_LIMIT_RANGE_KIB } from '../../engine/partition-log/inline-limit.ts';
import { integerFlag, textFlag, type FlagTexts } from '../../local/cli/flags.ts';
import { writeLines } from '../../local/cli/output.ts';
import { loadPipeline } from '../../local/load-pipeline.ts';
import { againstFlink } from '../../operate/cost/crossover.ts';
import { estimate } from '../../operate/cost/estimate.ts';
import { inputOf, type LoadQuestion } from '../../operate/cost/input-of.ts';
import { costJson, costText, type CostReport } from '../../operate/cost/report.ts';
import { KAFKA_KINDS, type KafkaKind } from '../../operate/cost/traffic.ts';
import { namedNumbers, numberFlag } from './number-flag.ts';

export const DEFAULT_EVENT_BYTES = 200;

/** `tidemark cost <pipeline> --events-per-second N --keys K`: asks nobody, needs neither data nor an account. */
export async function costCommand(pipeline: string, flags: FlagTexts): Promise<number> {
  const load = loadOf(flags);
  const { topology, fragments } = await loadPipeline(pipeline);
  const input = inputOf(fragments, load);
  const report: CostReport = {
    pipeline: topology.name,
    input,
    estimate: estimate(input),
    against: againstFlink(input),
  };
  await writeLines([flags['json'] === true ? costJson(report) : costText(report)]);
  return 0;
}

function loadOf(flags: FlagTexts): LoadQuestion {
  const eventsPerSecond = numberFlag('events-per-second', flags['eventsPerSecond'], [0.01, 1_000_000], 100);
  const keys = integerFlag({ keys: flags['keys'] }, 'keys', { min: 1, max: 1_000_000_000 }, 1_000) ?? 1;
  const eventBytes =
    integerFlag(
      { 'event-bytes': flags['eventBytes'] },
      'event-bytes',
      { min: 1, max: 1_048_576 },
      DEFAULT_EVENT_BYTES,
    ) ?? DEFAULT_EVENT_BYTES;
  const flinkEventsPerKpu = integerFlag(
    { 'flink-events-per-kpu': flags['flinkEventsPerKpu'] },
    'flink-events-per-kpu',
    { min: 1 },
    10_000,
  );
  const [min, max] = INLINE_LIMIT_RANGE_KIB;
  const inlineLimitKiB = integerFlag({ 'inline-kib': flags['inlineKib'] }, 'inline-kib', { min, max }, 8);
  const kafka = kafkaKind(textFlag(flags, 'kafka', 'pass --kafka serverless'));
  return {
    eventsPerSecond,
    keys,
    eventBytes,
    rates: namedNumbers('rate', flags['rate'], [0, 1_000_000], 20),
    rows: namedNumbers('rows', flags['rows'], [0.000_001, 1_000], 1),
    ...(kafka === undefined ? {} : { kafka }),
    ...(inlineLimitKiB === undefined ? {} : { inlineLimitKiB }),
    ...(flinkEventsPerKpu === undefined ? {} : { flinkEventsPerKpu }),
  };
}

function kafkaKind(text: string | undefined): KafkaKind | undefined {
  if (text === undefined) return undefined;
  const found = KAFKA_KINDS.find((kind) => kind === text);
  requireSetting('kafka', text, found !== undefined, KAFKA_KINDS.join(', '), 'pass --kafka serverless');
  return found;
}
