import { runtimeError } from '../bind/bound.ts';
import type { StrictFunction } from './strict-function.ts';

const unary = (apply: (x: number) => number, type: StrictFunction['type'] = 'first'): StrictFunction => ({
  parameters: ['number'],
  type,
  apply,
});

export const numberFunctions: Readonly<Record<string, StrictFunction>> = {
  ABS: unary(Math.abs),
  CEIL: unary(Math.ceil),
  CEILING: unary(Math.ceil),
  FLOOR: unary(Math.floor),
  SIGN: unary(Math.sign),
  SQRT: unary(Math.sqrt, 'DOUBLE'),
  POWER: { parameters: ['number', 'number'], type: 'DOUBLE', apply: (x: number, y: number) => x ** y },
  MOD: {
    parameters: ['integer', 'integer'],
    type: 'BIGINT',
    apply: (x: number, y: number) => {
      if (y === 0) throw runtimeError('SQL_DIVISION_BY_ZERO', 'divisor must not be 0, got 0', 'write NULLIF(x, 0)');
      return (x % y) + 0;
    },
  },
};
