import { describe, expect, it } from '@jest/globals';
import { headersOf } from '../../../adapters/kafka/headers.ts';

describe("the headers of Lambda's Kafka event", () => {
  it('are text where they are UTF-8, of bytes as Java counts them or as others do', () => {
    expect(headersOf([{ trace: [103, 114, -61, -68, 110] }, { trace: [103, 114, 195, 188, 110] }])).toEqual([
      { name: 'trace', text: 'grün' },
      { name: 'trace', text: 'grün' },
    ]);
  });

  it('are base64 where they are not', () => {
    expect(headersOf([{ signature: [-1, 0] }])).toEqual([{ name: 'signature', base64: '/wA=' }]);
  });

  it('keep their order, and a name that is there twice', () => {
    expect(headersOf([{ b: [49] }, { a: [50] }, { b: [] }])).toEqual([
      { name: 'b', text: '1' },
      { name: 'a', text: '2' },
      { name: 'b', text: '' },
    ]);
  });

  it.each<[string, unknown, unknown[]]>([
    ['no headers', undefined, []],
    ['an object', { a: [49] }, []],
    ['what is no header', [null, 5], []],
    ['a value that is no bytes', [{ a: null }], [{ name: 'a', text: '' }]],
  ])('are not disturbed by %s', (_, headers, expected) => {
    expect(headersOf(headers)).toEqual(expected);
  });
});
