import { requireSetting } from '../../engine/errors.ts';
import type { Offset } from '../../engine/record.ts';

/** What an operator leaves out: as the error of the function names it. */
export interface LossRange {
  readonly partition: string;
  /** The first offset that is left out. */
  readonly from: Offset;
  /** Where the log goes on; `end`: nowhere, the stream has forgotten the shard. */
  readonly to: Offset | 'end';
}

/**
 * The range of the command's flags.
 *
 * @throws INVALID_SETTING when an offset is none, or the range is empty
 */
export function lossRangeOf(partition: string, from: string, to: string): LossRange {
  const remedy = 'take the command from the error of the function';
  requireSetting('partition', partition, partition !== '', 'the name of a shard or partition', remedy);
  requireSetting('from', from, isOffset(from), 'an offset', remedy);
  requireSetting(
    'to',
    to,
    to === 'end' || (isOffset(to) && BigInt(to) > BigInt(from)),
    'an offset above from, or end',
    remedy,
  );
  return { partition, from: BigInt(from), to: to === 'end' ? to : BigInt(to) };
}

const isOffset = (text: string): boolean => /^\d+$/.test(text);
