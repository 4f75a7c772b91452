import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import type { Clock } from '../../engine/ports.ts';
import type { SourceRecord } from '../../engine/record.ts';
import { referenceTo } from './stream-reference.ts';

/** No stream is deleted and made again in less: both take Kinesis longer, and no record arrives meanwhile. */
const SHORTEST_REBIRTH_MS = 10_000;

interface Known {
  readonly createdMs: number;
  /** It was this stream still. */
  readonly seenMs: number;
}

/**
 * When each stream was created: a stream deleted and created again under the same name is another source (PL-11). A
 * stream whose records keep coming is asked about once (Kinesis allows 20 such calls a second and account); a pause that
 * is long enough for a rebirth asks again.
 */
export class StreamIncarnations {
  readonly #client: Pick<KinesisClient, 'send'>;
  readonly #clock: Clock;
  readonly #stream: string | undefined;
  readonly #known = new Map<string, Known>();

  /** @param stream ARN or name by which calls name the stream, whatever its records say @default the ARN that they bear */
  constructor(client: Pick<KinesisClient, 'send'>, clock: Clock, stream?: string) {
    this.#client = client;
    this.#clock = clock;
    this.#stream = stream;
  }

  /**
   * The stream that these records came from.
   *
   * @param records of one shard, in the order of arrival; none: the stream as it is now
   * @returns its creation time, in ms, as text
   * @throws STREAM_UNAVAILABLE (unavailable), STREAM_RECREATED (unavailable) the records are of a stream that is gone
   */
  async of(streamArn: string, records: readonly Pick<SourceRecord, 'arrivalTimeMs'>[] = []): Promise<string> {
    const firstMs = records[0]?.arrivalTimeMs ?? Infinity;
    const known = this.#known.get(streamArn);
    const holds = known !== undefined && firstMs < known.seenMs + SHORTEST_REBIRTH_MS;
    const { createdMs, seenMs } = holds ? known : await this.#ask(streamArn);
    if (firstMs < createdMs) {
      throw new TidemarkError(
        'unavailable',
        'STREAM_RECREATED',
        `records of ${streamArn} must be younger than the stream, got one that arrived ${createdMs - firstMs} ms before its creation; they are of a stream of the same name that was deleted`,
      );
    }
    this.#known.set(streamArn, { createdMs, seenMs: Math.max(seenMs, records.at(-1)?.arrivalTimeMs ?? seenMs) });
    return String(createdMs);
  }

  async #ask(streamArn: string): Promise<Known> {
    const stream = this.#stream ?? streamArn;
    const seenMs = this.#clock.nowMs();
    try {
      const { StreamDescriptionSummary } = await this.#client.send(
        new DescribeStreamSummaryCommand(referenceTo(stream)),
      );
      const created = StreamDescriptionSummary?.StreamCreationTimestamp;
      if (created === undefined) throw new Error('no creation time in the answer');
      return { createdMs: created.getTime(), seenMs };
    } catch (cause) {
      throw new TidemarkError(
        'unavailable',
        'STREAM_UNAVAILABLE',
        `stream ${stream} must tell its creation time, got ${messageOf(cause)}; grant kinesis:DescribeStreamSummary, or wait`,
        { cause },
      );
    }
  }
}
