/** Bugs that show when a pipeline reads a source of another name from some moment on. */
import type { Mutant } from './mutants.ts';

export const RENAMED_SOURCE: readonly Mutant[] = [
  {
    name: 'the name of a log leaves out its source',
    rule: 'PL-11',
    edits: [
      {
        file: 'engine/partition-log/log-id.ts',
        find: '`${pipeline}/${stage}/${source}/${incarnation}/${partition}`',
        replace: '`${pipeline}/${stage}/any/${incarnation}/${partition}`',
      },
    ],
  },
  {
    name: 'hash ranges are known by creation time and shard, whatever the stream',
    rule: 'PL-26',
    edits: [
      {
        file: 'adapters/kinesis/hash-ranges.ts',
        find: '`${partition.source}/${partition.incarnation}/${shard}`',
        replace: '`${partition.incarnation}/${shard}`',
      },
    ],
  },
  {
    name: 'a tick remembers watermarks by the names of partitions, whatever their source',
    rule: 'PL-21',
    edits: [
      {
        file: 'engine/tick/tick-memory.ts',
        find: 'this.#watermarks.set(logIdOf(partition), watermarkMs);',
        replace: 'this.#watermarks.set(partition.partition, watermarkMs);',
      },
      {
        file: 'engine/tick/tick-memory.ts',
        find: 'return this.#watermarks.get(logIdOf(partition));',
        replace: 'return this.#watermarks.get(partition.partition);',
      },
      {
        file: 'engine/tick/tick-memory.ts',
        find: 'const kept = new Set(partitions.map(logIdOf));',
        replace: 'const kept = new Set(partitions.map(({ partition }) => partition));',
      },
    ],
    foundBy: {
      file: 'test/engine/process-tick.test.ts',
      test: 'takes no watermark of a partition of the same name for that of the one that it did not see',
    },
  },
  {
    name: 'the epoch of a log is when it begins, not when its invocation did',
    rule: 'PL-17',
    edits: [
      {
        file: 'engine/reshard.ts',
        find: 'log.begin(partition.incarnation, begunMs);',
        replace: 'log.begin(partition.incarnation, begunMs < 0 ? begunMs : processor.logs.clock.nowMs());',
      },
    ],
    foundBy: {
      file: 'test/engine/partition-log/newer-log.test.ts',
      test: 'is no newer than those of the next source when the invocation that begins it was frozen meanwhile',
    },
  },
  {
    name: "a tick's time is when its source was found, not when it was called",
    rule: 'PL-17',
    edits: [
      {
        file: 'lambdas/tick.ts',
        find: 'const nowMs = processor.logs.clock.nowMs(); const source = await findSource();',
        replace: 'const source = await findSource(); const nowMs = processor.logs.clock.nowMs();',
      },
    ],
    foundBy: {
      file: 'test/lambdas/tick.test.ts',
      test: 'begins logs that are no newer than those that began when it was called',
    },
  },
];
