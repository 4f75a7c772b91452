import { TidemarkError } from '../errors.ts';
import { logIdOf } from '../partition-log/log-id.ts';
import { readHead } from '../partition-log/read-log.ts';
import type { ReceivingProcessor } from '../processor.ts';
import type { SourcePartition } from '../record.ts';
import type { OverwrittenContext } from './read-senders.ts';

/**
 * Whether what was overwritten is what the log has not taken: no gate lets a sender go so far (PL-32). An instance that was
 * frozen behind a read knows an older position, however often it reads; so this is asked once an entry was found gone.
 */
export async function isLost(
  { logs: { settings } }: Pick<ReceivingProcessor, 'logs'>,
  partition: SourcePartition,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof TidemarkError) || error.code !== 'ENTRY_OVERWRITTEN') return false;
  const { sender, version } = error.context as unknown as OverwrittenContext;
  const head = await readHead(settings.logs, settings.clock, logIdOf(partition), settings.slots);
  if (head === undefined) return true;
  // Others have taken over from it: what came behind its end was theirs to take (PL-39).
  if (head.sealedFor.length > 0) return false;
  const position = head.positions.find(({ logId }) => logId === sender);
  // One that it knows no more was taken to its seal.
  return position !== undefined && position.version < version;
}

export function lost(logId: string, cause: unknown): TidemarkError {
  const rule = `entries that ${logId} has not taken must stay in the logs of its senders`;
  const text = `${rule}, got some that were overwritten; restore the log table to one moment for all logs`;
  return new TidemarkError('internal', 'LOG_DAMAGED', text, { cause });
}
