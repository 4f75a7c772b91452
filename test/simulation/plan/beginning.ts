import { START_MS } from './times.ts';

/** What a source begins with. */
export interface Beginning {
  readonly source: string;
  readonly incarnation: string;
  /** When it was made. */
  readonly createdAtMs: number;
  /** When the pipeline reads it first. */
  readonly readFromMs: number;
  /** When the first record may come. */
  readonly startMs: number;
  /** Times of which its first records are. */
  readonly again: readonly number[];
}

export const FIRST_SOURCE: Beginning = {
  source: 'readings',
  incarnation: String(START_MS),
  createdAtMs: START_MS,
  readFromMs: START_MS,
  startMs: START_MS,
  again: [],
};

export const FIRST_TOPIC: Beginning = { ...FIRST_SOURCE, incarnation: 'topic-id' };
