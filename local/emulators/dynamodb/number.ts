/**
 * Numbers as DynamoDB keeps them: decimal, up to 38 significant digits, of a magnitude in [1E-130, 1E+126).
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 */
import { invalid } from './service-error.ts';

/** `0.digits × 10^exponent`, without zeros on either side; zero has no digits. */
interface Decimal {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const MAX_DIGITS = 38;
const MAX_EXPONENT = 126;
const MIN_EXPONENT = -129;
const PLAIN_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;
const ZERO: Decimal = { isNegative: false, digits: '', exponent: 0 };

/** @throws ValidationException for what is no number, or not one of these */
export function canonicalNumber(text: string): string {
  return PLAIN_INTEGER.test(text) ? text : textOf(decimal(text));
}

export function compareNumbers(a: string, b: string): number {
  if (PLAIN_INTEGER.test(a) && PLAIN_INTEGER.test(b)) return Number(a) - Number(b);
  const [left, right] = [sortableNumber(a), sortableNumber(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** @throws ValidationException when the sum has too many digits, or is too large */
export function addNumbers(a: string, b: string, sign: 1 | -1): string {
  const [left, right] = [scaled(decimal(a)), scaled(decimal(b))];
  const scale = Math.min(left.scale, right.scale);
  const whole = ({ units, scale: own }: Scaled): bigint => units * 10n ** BigInt(own - scale);
  return canonicalNumber(`${whole(left) + BigInt(sign) * whole(right)}E${scale}`);
}

/** Texts of this kind compare as their numbers do. */
export function sortableNumber(text: string): string {
  const { isNegative, digits, exponent } = decimal(text);
  if (digits === '') return '1';
  const place = String(exponent - MIN_EXPONENT).padStart(3, '0');
  if (!isNegative) return `2${place}${digits}`;
  // Behind the digits of a larger magnitude comes what is above every digit.
  return `0${[...(place + digits)].map((digit) => 9 - Number(digit)).join('')}~`;
}

/** Significant digits, and where the decimal point is among them, by which DynamoDB counts bytes. */
export function numberBytes(text: string): number {
  const { isNegative, digits, exponent } = decimal(text);
  if (digits === '') return 1;
  const isSplit = digits.length % 2 === 0 && exponent % 2 !== 0;
  return 1 + Math.ceil(digits.length / 2) + (isSplit ? 1 : 0) + (isNegative ? 1 : 0);
}

function decimal(text: string): Decimal {
  const [, sign, whole = '', fraction = '', power = '0'] = NUMBER.exec(text) ?? [];
  const all = whole + fraction;
  if (sign === undefined || all === '')
    throw invalid(`The parameter cannot be converted to a numeric value${text === '' ? '' : `: ${text}`}`);
  const digits = all.replace(/^0+/, '');
  if (digits === '') return ZERO;
  const significant = digits.replace(/0+$/, '');
  const exponent = whole.length - (all.length - digits.length) + Number(power);
  if (exponent > MAX_EXPONENT)
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (exponent < MIN_EXPONENT)
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  if (significant.length > MAX_DIGITS) throw invalid('Attempting to store more than 38 significant digits in a Number');
  return { isNegative: sign === '-', digits: significant, exponent };
}

function textOf({ isNegative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = isNegative ? '-' : '';
  if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return `${sign}${digits.padEnd(exponent, '0')}`;
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** `units × 10^scale` */
interface Scaled {
  readonly units: bigint;
  readonly scale: number;
}

function scaled({ isNegative, digits, exponent }: Decimal): Scaled {
  const units = BigInt(digits === '' ? '0' : digits);
  return { units: isNegative ? -units : units, scale: exponent - digits.length };
}
