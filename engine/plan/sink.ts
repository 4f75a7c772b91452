/** Where results go. */
export type SinkSpec = { readonly kind: 'resultTable' } | { readonly kind: 'lake' } | StreamSinkSpec | TopicSinkSpec;

export interface StreamSinkSpec {
  readonly kind: 'stream';
  /** Stream name. */
  readonly stream: string;
}

export interface TopicSinkSpec {
  readonly kind: 'topic';
  /** Topic name. */
  readonly topic: string;
  /** What a compacted topic keeps the newest result of. */
  readonly latestPer: 'key' | 'window';
}
