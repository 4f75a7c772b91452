import { describe, expect, it } from '@jest/globals';
import { linesOf, partitionKeyOf } from '../../local/inputs/lines.ts';

async function split(...chunks: string[]): Promise<string[]> {
  async function* bytes() {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  const lines: string[] = [];
  for await (const line of linesOf(bytes())) lines.push(line.toString('latin1'));
  return lines;
}

describe('lines', () => {
  it.each([
    ['an empty file has none', [''], []],
    ['the newline at the end begins no line', ['a\n'], ['a']],
    ['the last line needs no newline', ['a\nb'], ['a', 'b']],
    ['an empty line in between is a line', ['a\n\nb\n'], ['a', '', 'b']],
    ['chunks may end anywhere', ['a', 'b\nc', '\n', 'd'], ['ab', 'c', 'd']],
    ['every byte but the newline is kept', ['\u0000\u00ff\r\n'], ['\u0000\u00ff\r']],
  ])('%s', async (_, chunks, expected) => {
    expect(await split(...chunks)).toEqual(expected);
  });
});

describe('the partition key of a line', () => {
  it.each([
    ['text', '{"origin":"ATL"}', 'ATL'],
    ['a number', '{"origin":7}', '7'],
    ['the name of a prototype', '{"origin":"__proto__"}', '__proto__'],
    ['nothing', '{}', 'unparsable'],
    ['empty text', '{"origin":""}', 'unparsable'],
    ['text that is too long', JSON.stringify({ origin: 'x'.repeat(257) }), 'unparsable'],
    ['an object', '{"origin":{}}', 'unparsable'],
    ['no object', '[1]', 'unparsable'],
    ['no JSON', '{', 'unparsable'],
    ['no bytes', '', 'unparsable'],
    ['deep nesting', '['.repeat(100_000), 'unparsable'],
  ])('of a field with %s', (_, line, expected) => {
    expect(partitionKeyOf(Buffer.from(line), 'origin')).toBe(expected);
  });

  it('is not inherited', () => {
    expect(partitionKeyOf(Buffer.from('{}'), 'toString')).toBe('unparsable');
  });
});
