import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import { messageOf, TidemarkError } from '../../engine/errors.ts';
import type { Clock } from '../../engine/ports.ts';

/** How long an answer holds: Kinesis allows 20 such calls a second and account. */
const VALID_MS = 600_000;

/** When each stream was created: a stream deleted and created again under the same name is another source (PL-11). */
export class StreamIncarnations {
  readonly #client: KinesisClient;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly incarnation: string; readonly untilMs: number }>();

  constructor(client: KinesisClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /**
   * @returns the stream's creation time, in ms, as text
   * @throws STREAM_UNAVAILABLE (unavailable)
   */
  async of(streamArn: string): Promise<string> {
    const known = this.#known.get(streamArn);
    if (known !== undefined && known.untilMs > this.#clock.nowMs()) return known.incarnation;
    const streamName = streamArn.slice(streamArn.lastIndexOf('/') + 1);
    try {
      const { StreamDescriptionSummary } = await this.#client.send(new DescribeStreamSummaryCommand({ StreamName: streamName }));
      const created = StreamDescriptionSummary?.StreamCreationTimestamp;
      if (created === undefined) throw new Error('no creation time in the answer');
      const incarnation = String(created.getTime());
      this.#known.set(streamArn, { incarnation, untilMs: this.#clock.nowMs() + VALID_MS });
      return incarnation;
    } catch (cause) {
      throw new TidemarkError('unavailable', 'STREAM_UNAVAILABLE', `stream ${streamName} must tell its creation time, got ${messageOf(cause)}; grant kinesis:DescribeStreamSummary, or wait`, { cause });
    }
  }
}
