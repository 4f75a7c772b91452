import type { GetShardIteratorCommandInput, ListShardsCommandInput } from '@aws-sdk/client-kinesis';
import { BEFORE_FIRST, type Offset } from '../../engine/record.ts';

/** How a call names a stream. Only the ARN reaches a stream of another account; emulators may know the name only. */
export type StreamReference = { readonly StreamARN: string } | { readonly StreamName: string };

/** @example referenceTo('arn:aws:kinesis:eu-west-1:111122223333:stream/orders') // { StreamARN: 'arn:aws:…' } */
export function referenceTo(stream: string): StreamReference {
  return stream.startsWith('arn:') ? { StreamARN: stream } : { StreamName: stream };
}

/** @example streamNameOf('arn:aws:kinesis:eu-west-1:111122223333:stream/orders') // 'orders' */
export function streamNameOf(stream: string): string {
  return stream.slice(stream.lastIndexOf('/') + 1);
}

/** For calls that take the stream's ARN, but not its name, beside a token or an iterator that stands for the stream. */
export function arnOf(stream: StreamReference): { readonly StreamARN?: string } {
  return 'StreamARN' in stream ? stream : {};
}

/** A page of ListShards: the token of a page stands for the stream, so the name must not come with it. */
export function pageOf(stream: StreamReference, next: string | undefined): ListShardsCommandInput {
  return next === undefined ? stream : { ...arnOf(stream), NextToken: next };
}

/** Where a reader begins that has read up to `after`. */
export function startAfter(stream: StreamReference, shard: string, after: Offset): GetShardIteratorCommandInput {
  const place = { ...stream, ShardId: shard };
  return after === BEFORE_FIRST
    ? { ...place, ShardIteratorType: 'TRIM_HORIZON' }
    : { ...place, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: String(after) };
}
