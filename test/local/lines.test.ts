import { describe, expect, it } from '@jest/globals';
import { partitionKeyOf, recordLines } from '../../local/inputs/lines.ts';

async function split(...chunks: string[]): Promise<string[]> {
  async function* bytes() {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  const lines: string[] = [];
  for await (const line of recordLines(bytes())) lines.push(line.toString('latin1'));
  return lines;
}

const BOM = '\u00ef\u00bb\u00bf';

describe('the records in lines', () => {
  it.each([
    ['an empty file has none', [''], []],
    ['the newline at the end begins no line', ['a\n'], ['a']],
    ['the last line needs no newline', ['a\nb'], ['a', 'b']],
    ['a blank line is no record', ['a\n\nb\n'], ['a', 'b']],
    ['a line of spaces, tabs and CR is blank', ['a\n \t \r\n\r\nb'], ['a', 'b']],
    ['a file of blanks has none', ['\n \n\r\n\t'], []],
    ['chunks may end anywhere', ['a', 'b\nc', '\n', 'd'], ['ab', 'c', 'd']],
    ['lines may end with CR LF, split between chunks too', ['a\r', '\nb\r\nc\r'], ['a', 'b', 'c']],
    ['a CR inside a line stays', ['{"a":\r1}\n{"b":\r2}\r\n'], ['{"a":\r1}', '{"b":\r2}']],
    ['a byte order mark at the beginning is no part of the record', [`${BOM}a\nb`], ['a', 'b']],
    ['a byte order mark may be split between chunks', ['\u00ef', '\u00bb\u00bfa'], ['a']],
    ['each of several files in a row may have its mark', [`${BOM}a\n${BOM}b\n${BOM}${BOM}c`], ['a', 'b', 'c']],
    ['a file that holds a byte order mark only has none', [BOM], []],
    ['a byte order mark inside a line stays', [`a${BOM}b`], [`a${BOM}b`]],
    ['every other byte is kept', ['\u0000\u00ff\u0085 \n'], ['\u0000\u00ff\u0085 ']],
    ['one record may use CR as white space', ['{"a":1,\r"b":2}'], ['{"a":1,\r"b":2}']],
  ])('%s', async (_, chunks, expected) => {
    expect(await split(...chunks)).toEqual(expected);
  });

  it.each([['{"a":1}\r{"a":2}\r'], [`${BOM}\r{"a":1}\r\r{"a":2}`]])(
    'are not found in a text whose lines end with CR alone: %j',
    async (text) => {
      await expect(split(text)).rejects.toMatchObject({
        code: 'LINE_ENDS',
        message: "lines of input must end with LF or CR LF, got CR alone; convert it: tr '\\r' '\\n' < FILE",
      });
    },
  );

  it('may be as large as a record of a stream, whatever is around them', async () => {
    const largest = 'x'.repeat(1_048_576);
    expect(await split(`${BOM}${largest}\r\n`)).toEqual([largest]);
    await expect(split(`a\n${largest}x\n`)).rejects.toMatchObject({
      message: 'line 2 must be at most 1048576 bytes, got 1048577; Kinesis takes no larger record, split it',
    });
  });

  it('are refused before a line without end has filled the memory', async () => {
    let read = 0;
    async function* endless() {
      for (; read < 1_000; read++) yield Buffer.alloc(65_536, 'x');
    }
    await expect(recordLines(endless()).next()).rejects.toMatchObject({
      code: 'INVALID_SETTING',
      message: expect.stringMatching(/^line 1 must be at most/),
    });
    expect(read).toBeLessThan(40);
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
