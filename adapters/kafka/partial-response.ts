import { isKind } from '../../engine/errors.ts';

/** What Lambda takes as "all but these": it goes on with each named partition from that offset. */
export interface PartialResponse {
  readonly batchItemFailures: ReadonlyArray<{
    readonly itemIdentifier: { readonly partition: string; readonly offset: number };
  }>;
}

/** What became of one partition's records. */
export interface PartitionOutcome {
  readonly topic: string;
  readonly partition: number;
  /** Of the first record. */
  readonly firstOffset: bigint;
  readonly outcome: PromiseSettledResult<unknown>;
}

/**
 * What the function says of an event whose partitions went their own ways. Where Lambda would not listen, or where no
 * partition got on, the first error is thrown and all of them come again: those that were committed recognise it.
 *
 * @param isHeard the event source mapping reports batch item failures
 * @throws what a partition threw; an error of kind invalid always, for the whole function is wrong then
 * @see https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html
 */
export function responseOf(outcomes: readonly PartitionOutcome[], isHeard: boolean): PartialResponse {
  const failed = outcomes.flatMap(({ outcome, ...rest }) =>
    outcome.status === 'rejected' ? [{ ...rest, reason: outcome.reason as unknown }] : [],
  );
  const invalid = failed.find(({ reason }) => isKind(reason, 'invalid'));
  if (invalid !== undefined) throw invalid.reason;
  if (failed[0] !== undefined && (!isHeard || failed.length === outcomes.length)) throw failed[0].reason;
  return {
    batchItemFailures: failed.map(({ topic, partition, firstOffset }) => ({
      itemIdentifier: { partition: `${topic}-${partition}`, offset: Number(firstOffset) },
    })),
  };
}
