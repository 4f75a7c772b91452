/** Functions of texts: positions and lengths count code points, from 1. */
import { runtimeError } from '../bind/bound.ts';
import type { StrictFunction } from './strict-function.ts';

/** Of a text that a function makes [characters]. */
const MAX_LENGTH = 1_000_000;

const text = (apply: (value: string) => string): StrictFunction => ({ parameters: ['STRING'], type: 'STRING', apply });

const lengthOf: StrictFunction = { parameters: ['STRING'], type: 'INT', apply: (value: string) => [...value].length };

const substring: StrictFunction = {
  parameters: ['STRING', 'INT', 'INT'],
  optional: 1,
  type: 'STRING',
  apply: (value: string, from: number, length?: number) => {
    const letters = [...value];
    if (length !== undefined && length < 0) return null;
    const start = from > 0 ? from - 1 : from < 0 ? letters.length + from : 0;
    const end = length === undefined ? letters.length : start + length;
    return letters.slice(Math.max(0, start), Math.max(0, end)).join('');
  },
};

export const textFunctions: Readonly<Record<string, StrictFunction>> = {
  UPPER: text((value) => value.toUpperCase()),
  LOWER: text((value) => value.toLowerCase()),
  CHAR_LENGTH: lengthOf,
  CHARACTER_LENGTH: lengthOf,
  SUBSTRING: substring,
  SUBSTR: substring,
  // Only blanks: not tabs, nor ends of lines.
  TRIM: text((value) => value.replace(/^ +/, '').replace(/(?<! ) +$/, '')),
  LTRIM: text((value) => value.replace(/^ +/, '')),
  RTRIM: text((value) => value.replace(/(?<! ) +$/, '')),
  REVERSE: text((value) => [...value].reverse().join('')),
  CONCAT: { parameters: ['STRING'], repeats: true, type: 'STRING', apply: (...values: string[]) => values.join('') },
  REPLACE: {
    parameters: ['STRING', 'STRING', 'STRING'],
    type: 'STRING',
    apply: (value: string, from: string, to: string) =>
      from === '' ? value : requireShort(value.replaceAll(from, () => to)),
  },
  REPEAT: {
    parameters: ['STRING', 'INT'],
    type: 'STRING',
    apply: (value: string, times: number) => {
      if (times <= 0) return '';
      if (value.length * times > MAX_LENGTH) tooLong();
      return value.repeat(times);
    },
  },
  LEFT: {
    parameters: ['STRING', 'INT'],
    type: 'STRING',
    apply: (value: string, length: number) => [...value].slice(0, Math.max(0, length)).join(''),
  },
  RIGHT: {
    parameters: ['STRING', 'INT'],
    type: 'STRING',
    apply: (value: string, length: number) => (length <= 0 ? '' : [...value].slice(-length).join('')),
  },
  POSITION: {
    parameters: ['STRING', 'STRING'],
    type: 'INT',
    apply: (part: string, value: string) => {
      const at = value.indexOf(part);
      return at < 0 ? 0 : [...value.slice(0, at)].length + 1;
    },
  },
  LPAD: padding((value, pad) => pad + value),
  RPAD: padding((value, pad) => value + pad),
};

function padding(join: (value: string, pad: string) => string): StrictFunction {
  return {
    parameters: ['STRING', 'INT', 'STRING'],
    type: 'STRING',
    apply: (value: string, length: number, pad: string) => {
      if (length < 0 || pad === '') return null;
      if (length > MAX_LENGTH) tooLong();
      const letters = [...value];
      if (letters.length >= length) return letters.slice(0, length).join('');
      const fill = [...pad];
      const missing = length - letters.length;
      const padded = Array.from({ length: missing }, (_, i) => fill[i % fill.length] as string);
      return join(value, padded.join(''));
    },
  };
}

function requireShort(value: string): string {
  return value.length > MAX_LENGTH ? tooLong() : value;
}

function tooLong(): never {
  throw runtimeError(
    'SQL_TEXT_TOO_LONG',
    `text must have at most ${MAX_LENGTH} characters, got more`,
    'make a shorter one',
  );
}
