import { TidemarkError } from '../../engine/errors.ts';
import { SqlError, type Span } from '../sql-error.ts';
import { requireInteger } from '../types/integers.ts';
import { isInteger, isNumeric, type SqlType, type Value } from '../types/sql-type.ts';
import { parseTimestamp, timestampText } from '../types/timestamp.ts';
import { runtimeError, strict, type Bound } from './bound.ts';

/** @param isTry TRY_CAST: NULL for a value that is none of the type @throws SQL_TYPE */
export function cast(operand: Bound, type: SqlType, isTry: boolean, span: Span): Bound {
  if (operand.type === type) return operand;
  const convert = operand.type === 'NULL' ? (): Value => null : conversion(operand.type, type);
  if (convert === undefined)
    throw new SqlError(
      'SQL_TYPE',
      span,
      `expected a type that ${operand.type} can be CAST to, got ${type}`,
      `CAST it to STRING first`,
    );
  const text = `${isTry ? 'TRY_CAST' : 'CAST'}(${operand.text} AS ${type})`;
  return strict(type, text, [operand], isTry ? orNull(convert) : convert);
}

type Convert = (value: never) => Value;

function orNull(convert: Convert): Convert {
  return (value) => {
    try {
      return convert(value);
    } catch (error) {
      if (error instanceof TidemarkError) return null;
      throw error;
    }
  };
}

function conversion(from: SqlType, to: SqlType): Convert | undefined {
  if (to === 'STRING') return texts(from);
  if (from === 'STRING') return parsing(to);
  if (isNumeric(from) && isInteger(to))
    return (value: number) => requireInteger(Math.trunc(value), to, 'number to CAST');
  if (isNumeric(from) && to === 'DOUBLE') return (value: number) => value;
  if (from === 'BOOLEAN' && (isInteger(to) || to === 'DOUBLE')) return (value: boolean) => (value ? 1 : 0);
  if (isInteger(from) && to === 'BOOLEAN') return (value: number) => value !== 0;
  return undefined;
}

function texts(from: SqlType): Convert | undefined {
  if (isInteger(from)) return (value: number) => String(value);
  if (from === 'BOOLEAN') return (value: boolean) => (value ? 'TRUE' : 'FALSE');
  if (from === 'DOUBLE') return doubleText;
  return from === 'TIMESTAMP(3)' ? timestampText : undefined;
}

/** As Java writes it. @example doubleText(1) // '1.0' @example doubleText(1e7) // '1.0E7' */
export function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0.0' : String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function parsing(to: SqlType): Convert | undefined {
  if (isInteger(to))
    return (text: string) =>
      /^[+-]?\d+$/.test(text.trim()) ? requireInteger(Number(text), to, 'text to CAST') : castError(to);
  if (to === 'DOUBLE') return (text: string) => (NUMBER.test(text.trim()) ? Number(text) : castError(to));
  if (to === 'BOOLEAN')
    return (text: string) => {
      const word = text.trim().toLowerCase();
      if (['true', 't', 'yes', 'y', '1'].includes(word)) return true;
      return ['false', 'f', 'no', 'n', '0'].includes(word) ? false : castError(to);
    };
  return to === 'TIMESTAMP(3)' ? (text: string) => parseTimestamp(text.trim()) ?? castError(to) : undefined;
}

function castError(type: SqlType): never {
  throw runtimeError(
    'SQL_CAST_FAILED',
    `text to CAST must be a value of ${type}, got another`,
    'write TRY_CAST, which makes it NULL',
  );
}
