import { partialsOf, type ExactSum } from './exact-sum.ts';

/** Every double is a whole number of 2^-1074. */
export const UNIT_BITS = 1074n;

const FRACTION_BITS = 52n;
const BITS = new DataView(new ArrayBuffer(8));

/** An exact sum as a whole number of 2^-1074. */
export function unitsOf(sum: ExactSum): bigint {
  return partialsOf(sum).reduce((units, partial) => units + unitsOfDouble(partial), 0n);
}

/** The double nearest to numerator / denominator, ties to even; rounded once unless the quotient is below 1e-307. */
export function nearestQuotient(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  if (numerator < 0n) return -nearestQuotient(-numerator, denominator);
  // 64 bits at least of the quotient as a whole number; the last says whether anything is left below them.
  const shift = 64 + bitLength(denominator) - bitLength(numerator);
  const above = shift > 0 ? numerator << BigInt(shift) : numerator;
  const below = shift > 0 ? denominator : denominator << BigInt(-shift);
  const quotient = above / below;
  const bits = quotient * below === above ? quotient : quotient | 1n;
  const half = Math.trunc(shift / 2);
  return Number(bits) * 2 ** -half * 2 ** (half - shift);
}

function unitsOfDouble(value: number): bigint {
  BITS.setFloat64(0, Math.abs(value));
  const bits = BITS.getBigUint64(0);
  const exponent = bits >> FRACTION_BITS;
  const fraction = BigInt.asUintN(Number(FRACTION_BITS), bits);
  const units = exponent === 0n ? fraction : (fraction | (1n << FRACTION_BITS)) << (exponent - 1n);
  return value < 0 ? -units : units;
}

/** Bits of a positive number, up to 3 more than it has. */
function bitLength(value: bigint): number {
  return value.toString(16).length * 4;
}
