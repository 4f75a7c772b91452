import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Aggregate, Aggregator } from '../../../engine/aggregate/aggregate.ts';
import { custom } from '../../../engine/aggregate/custom.ts';
import { at, fold, keepsTheContract, resultOf, stored } from './contract.ts';

interface Post {
  readonly text: string;
  readonly likes: number;
}

const post = fc.record({
  text: fc.string({ unit: 'binary', maxLength: 20 }),
  likes: fc.oneof(fc.integer(), fc.constantFrom(-0, 0)),
});

/** Starts where no JSON could: at minus infinity. */
const range = custom('range', ({ likes }: Post) => likes, {
  init: () => ({ most: -Infinity, least: Infinity, tags: undefined as unknown }),
  add: ({ most, least }, likes) => ({ most: Math.max(most, likes), least: Math.min(least, likes), tags: undefined }),
  merge: (a, b) => ({ least: Math.min(a.least, b.least), most: Math.max(a.most, b.most), tags: undefined }),
  result: ({ most, least }) => (most < least ? undefined : most - least),
  resultType: 'integer',
});

/** Every letter, in a form of its own. */
class Letters implements Aggregator<string, ReadonlySet<string>, string> {
  readonly maxResultBytes = 200_000;
  readonly resultType = 'text';
  init = () => new Set<string>();
  add(letters: ReadonlySet<string>, text: string) {
    return this.merge(letters, new Set(text.toWellFormed()));
  }
  merge(a: ReadonlySet<string>, b: ReadonlySet<string>) {
    return new Set([...a, ...b].sort());
  }
  result(letters: ReadonlySet<string>) {
    return [...letters].join('');
  }
  write: Aggregator<string, ReadonlySet<string>, string>['write'] = (writer, letters) =>
    writer.string([...letters].join(' '));
  read: Aggregator<string, ReadonlySet<string>, string>['read'] = (reader) =>
    new Set(reader.string().match(/.(?= |$)/gsu) ?? []);
}

keepsTheContract('custom, plain data', range, post);
keepsTheContract(
  'custom, bytes of its own',
  custom('letters', ({ text }: Post) => text.replaceAll(' ', ''), new Letters()),
  post,
);

const posts = (...likes: number[]) => likes.map((n, i) => at(i, { text: '', likes: n }));
const folding = <Acc>(add: (accumulator: Acc, likes: number) => Acc, zero: Acc) =>
  custom('mine', ({ likes }: Post) => likes, { init: () => zero, add, merge: (a) => a, result: () => 0 });

describe('an aggregate of one’s own', () => {
  it('folds what it extracts, and may know when the record happened', () => {
    expect(resultOf(range, posts(5, -2, 10))).toBe(12);
    const span = custom('span', (_: Post, { eventTimeMs }) => eventTimeMs, {
      init: () => 0,
      add: Math.max,
      merge: Math.max,
      result: (ms) => ms,
    });
    expect(resultOf(span, posts(0, 0, 0))).toBe(2);
  });

  it('is what the guide says', () => {
    const one: Aggregate<Post, string> = custom('longest word', (post) => post.text, {
      init: () => '',
      add: (longest, text) => (text.length > longest.length ? text : longest),
      merge: (a, b) => (b.length > a.length ? b : a),
      result: (longest) => longest,
      resultType: 'text',
    });
    expect(
      resultOf(one, [
        at(0, { text: 'a', likes: 0 }),
        at(1, { text: 'abc', likes: 0 }),
        at(2, { text: 'ab', likes: 0 }),
      ]),
    ).toBe('abc');
  });

  it('is the same out of the log as in memory', () => {
    const odd = folding<unknown>(
      (_, likes) => ({ text: '\ud800', gone: undefined, number: likes / 0, list: [-0] }),
      null,
    );
    const kept = fold(odd, posts(1));
    expect(kept).toEqual({ list: [-0], number: Infinity, text: '\ufffd' });
    expect(JSON.stringify(stored(odd, kept))).toBe(JSON.stringify(kept));
    expect(stored(odd, kept)).toEqual(kept);
  });

  it('cannot change an accumulator in place: the record becomes a dead letter', () => {
    const pushing = folding<{ readonly list: number[] }>(
      (accumulator, likes) => {
        accumulator.list.push(likes);
        return accumulator;
      },
      { list: [] },
    );
    expect(() => fold(pushing, posts(1))).toThrow(TypeError);
  });

  it('refuses an accumulator that is no data', () => {
    expect(() =>
      fold(
        folding<unknown>(() => new Map(), 0),
        posts(1),
      ),
    ).toThrow(
      expect.objectContaining({
        kind: 'data',
        code: 'VALUE_NOT_JSON',
        message:
          'accumulator of mine must be a value that JSON can hold, got an object of a class; convert it in the schema',
      }),
    );
  });

  it.each([
    [
      'throws',
      (): unknown => {
        throw new Error('oh no');
      },
      'oh no',
    ],
    [
      'is no data',
      (): unknown => 5n,
      'result must be a value that JSON can hold, got a bigint; convert it in the schema',
    ],
    [
      'is no number',
      (): unknown => NaN,
      'result must be a value that JSON can hold, got NaN; convert it in the schema',
    ],
    ['is too large', (): unknown => 'x'.repeat(1_025), '1025 bytes'],
  ])(
    'whose result %s makes a dead letter of the record after which it does, and no accumulator has changed (R-46)',
    (_, result, got) => {
      const failing = custom('mine', ({ likes }: Post) => likes, {
        init: () => 0,
        add: (n) => n,
        merge: (n) => n,
        result,
      });
      expect(() => fold(failing, posts(1))).toThrow(
        expect.objectContaining({
          kind: 'data',
          code: 'AGGREGATE_FAILED',
          message: `result of mine must be data of at most 1024 bytes, got ${got}; correct the aggregate or set maxResultBytes`,
        }),
      );
    },
  );

  it('that fails only after a merge fails the firing: there is no record to blame', () => {
    const texts = custom('texts', ({ text }: Post) => text, {
      init: () => '',
      add: (_, text) => text,
      merge: (a, b) => a + b,
      result: (text) => text,
      maxResultBytes: 5,
    });
    const part = fold(texts, [at(0, { text: 'four', likes: 0 })]);
    expect(texts.aggregator.result(part)).toBe('four');
    expect(() => texts.aggregator.result(texts.aggregator.merge(part, part))).toThrow(
      expect.objectContaining({ kind: 'data', code: 'AGGREGATE_FAILED' }),
    );
  });

  it.each([
    [
      'plain data',
      custom('all', ({ text }: Post) => text, {
        init: (): readonly string[] => [],
        add: (all, text) => [...all, text],
        merge: (a, b) => [...a, ...b],
        result: (all) => all.length,
        maxStateBytes: 100,
      }),
    ],
    [
      'bytes of its own',
      custom('letters', ({ text }: Post) => text, Object.assign(new Letters(), { maxStateBytes: 100 })),
    ],
  ])('takes no record that would make its accumulator, %s, larger than it may be', (_, growing) => {
    const longer = Array.from({ length: 200 }, (_unused, i) =>
      at(i, { text: String.fromCodePoint(0x4e00 + i), likes: 0 }),
    );
    expect(() => fold(growing, longer.slice(0, 10))).not.toThrow();
    expect(() => fold(growing, longer)).toThrow(
      expect.objectContaining({
        kind: 'data',
        code: 'STATE_TOO_LARGE',
        message: expect.stringMatching(
          /^accumulator of (all|letters) must be at most 100 bytes, got 10\d; keep less of each record or set maxStateBytes$/,
        ),
      }),
    );
  });

  it('has a name, which is all that the state schema knows of its code', () => {
    expect(range.descriptor).toBe('custom("range")');
    expect(() =>
      custom('', ({ likes }: Post) => likes, { init: () => 0, add: (n) => n, merge: (n) => n, result: (n) => n }),
    ).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
  });
});
