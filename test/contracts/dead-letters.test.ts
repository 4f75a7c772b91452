import { describe, expect, it } from '@jest/globals';
import { LakeSink } from '../../adapters/lake/lake-sink.ts';
import { readLake } from '../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../adapters/memory/blob-store.ts';
import { MemorySink } from '../../adapters/memory/sink.ts';
import type { DeadLetter } from '../../engine/outputs.ts';
import type { Sink } from '../../engine/ports.ts';
import { sampleDeadLetter, sampleDelivery } from '../support/samples.ts';

interface OpenSink {
  readonly sink: Sink;
  /** Code and data of each dead letter that it has. */
  kept(): Promise<Array<readonly [unknown, string]>>;
}

const textOf = (letter: DeadLetter): readonly [unknown, string] => [letter.code, Buffer.from(letter.data).toString()];

const sinks: Readonly<Record<string, () => OpenSink>> = {
  MemorySink: () => {
    const sink = new MemorySink();
    return { sink, kept: async () => sink.deadLetters.map(textOf) };
  },
  LakeSink: () => {
    const blobs = new MemoryBlobStore();
    const kept = async () => {
      const letters: Array<readonly [unknown, string]> = [];
      for await (const { code, data } of readLake(blobs, 'flights/dead-letters/')) {
        letters.push([code, Buffer.from(String(data), 'base64').toString()]);
      }
      return letters;
    };
    return { sink: new LakeSink({ blobs, pipeline: 'flights', results: 'none' }), kept };
  },
};

describe('dead letters of one offset', () => {
  const letterOf = (code: string, text: string): DeadLetter => sampleDeadLetter(5n, { code, data: Buffer.from(text) });
  const ofRecord = letterOf('NOT_JSON', 'the record');
  const ofFirings = [letterOf('RESULT_FAILED', 'window 0'), letterOf('RESULT_FAILED', 'window 10')];
  const ofResult = letterOf('RESULT_REFUSED', 'a result');

  it.each(Object.entries(sinks))('are all kept, each once, whatever they are of: %s', async (_, open) => {
    const { sink, kept } = open();
    const decided = sampleDelivery({ deadLetters: [ofRecord, ...ofFirings] }, 1);
    const withheld = sampleDelivery({ deadLetters: [ofResult] }, 2);
    for (const repeat of [false, true]) {
      expect((await sink.deliver(decided)).rows).toBe(repeat ? 0 : 3);
      expect((await sink.deliver(withheld)).rows).toBe(repeat ? 0 : 1);
    }
    expect(await kept()).toEqual([ofRecord, ...ofFirings, ofResult].map(textOf));
  });
});
