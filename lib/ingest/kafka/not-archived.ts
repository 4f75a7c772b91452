import { TidemarkError } from '../../../engine/errors.ts';

/** @param why Firehose, which keeps the archive, has no way to the brokers */
export function notArchived(topic: string, why: string): TidemarkError {
  return new TidemarkError(
    'invalid',
    'TOPIC_NOT_ARCHIVED',
    `archive must be false for topic ${topic}, got true; Firehose cannot read it: ${why}`,
    { context: { topic } },
  );
}
