import type { Topology } from '../../engine/topology.ts';
import { requireSetting } from '../../engine/errors.ts';
import { HOW_TO_START_ONE } from '../kafka/topic.ts';
import { integerFlag, textFlag, type FlagTexts } from './flags.ts';
import type { LocalOptions } from '../runner/options.ts';

export const DEFAULT_DATA_DIR = '.tidemark';

/** Most shards that the local stream may have. */
const MAX_SHARDS = 64;

export function dataDirOf(flags: FlagTexts): string {
  return (
    textFlag({ 'data-dir': flags['dataDir'] }, 'data-dir', `leave it out for ${DEFAULT_DATA_DIR}`) ?? DEFAULT_DATA_DIR
  );
}

/** The brokers of --kafka. @throws INVALID_SETTING */
export function kafkaFlag(flags: FlagTexts): readonly string[] | undefined {
  const kafka = textFlag(flags, 'kafka', 'pass --kafka localhost:9092')?.split(',');
  return requireSetting(
    'kafka',
    kafka,
    kafka === undefined || kafka.every((broker) => /^[^\s:]+:\d+$/.test(broker)),
    'host:port, with commas between',
    'pass --kafka localhost:9092',
  );
}

/** The brokers of the topic that a pipeline reads. @throws INVALID_SETTING when --kafka is missing */
export function brokersOf({ name }: Pick<Topology, 'name'>, flags: FlagTexts): readonly string[] {
  const kafka = kafkaFlag(flags);
  return (
    requireSetting<readonly string[] | undefined>(
      '--kafka',
      kafka,
      kafka !== undefined,
      `the broker of ${name}'s topic`,
      HOW_TO_START_ONE,
    ) ?? []
  );
}

/** Checks the flags of `tidemark local`. @throws INVALID_SETTING naming the flag */
export function localOptionsOf(flags: FlagTexts): LocalOptions {
  const records = integerFlag(flags, 'records', { min: 1 }, 100_000);
  const shards = integerFlag(flags, 'shards', { min: 1, max: MAX_SHARDS }, 4);
  const rate = integerFlag(flags, 'rate', { min: 1 }, 1_000);
  const input = textFlag(flags, 'input', 'pass --input FILE.ndjson');
  const source = textFlag(flags, 'source', 'pass the name of a stream or topic');
  const kafka = kafkaFlag(flags);
  return {
    skip: integerFlag(flags, 'skip', { min: 0 }, 50_000) ?? 0,
    dataDir: dataDirOf(flags),
    fresh: flags['fresh'] === true,
    exit: flags['exit'] === true,
    json: flags['json'] === true,
    ...(records === undefined ? {} : { records }),
    ...(shards === undefined ? {} : { shards }),
    ...(rate === undefined ? {} : { rate }),
    ...(kafka === undefined ? {} : { kafka }),
    ...(input === undefined ? {} : { input }),
    ...(source === undefined ? {} : { source }),
  };
}
