/** What `tidemark local` was asked for. */
export interface LocalOptions {
  readonly skip: number;
  readonly records?: number;
  readonly shards?: number;
  readonly input?: string;
  readonly rate?: number;
  /** Brokers of the user's own Kafka. */
  readonly kafka?: readonly string[];
  readonly dataDir: string;
  /** Forget all of this pipeline first. */
  readonly fresh: boolean;
  /** End when the input is drained. */
  readonly exit: boolean;
  /** One JSON object on stdout, and nothing else. */
  readonly json: boolean;
}
