/** What `tidemark local` was asked for. */
export interface LocalOptions {
  /** Of each source's input. */
  readonly skip: number;
  /** Of each source. */
  readonly records?: number;
  /** Of each source. */
  readonly shards?: number;
  readonly input?: string;
  /** Of several, the one that gets input; undefined: each gets its own. */
  readonly source?: string;
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
