/**
 * Exact arithmetic on doubles, the slow and obvious way: every double is a whole number of 2^-1074, and BigInt adds whole
 * numbers without rounding.
 */
const BITS = new DataView(new ArrayBuffer(8));

/** A finite double in units of 2^-1074. */
export function unitsOf(value: number): bigint {
  BITS.setFloat64(0, value);
  const bits = BITS.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & ((1n << 52n) - 1n);
  const units = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -units : units;
}

/** The double nearest to so many units of 2^-1074, ties to even. */
export function nearestDouble(units: bigint): number {
  const magnitude = units < 0n ? -units : units;
  const shift = Math.max(magnitude.toString(2).length - 53, 0);
  let kept = magnitude >> BigInt(shift);
  const lost = magnitude - (kept << BigInt(shift));
  const half = shift === 0 ? 1n : 1n << BigInt(shift - 1);
  if (lost > half || (lost === half && shift > 0 && (kept & 1n) === 1n)) kept++;
  const value = Number(kept) * 2 ** (shift - 1074);
  return units < 0n ? -value : value;
}

export function exactTotal(values: readonly number[]): number {
  return nearestDouble(values.reduce((total, value) => total + unitsOf(value), 0n));
}

/** A double is the nearest to numerator / denominator when neither neighbour is nearer. */
export function isNearest(value: number, numerator: bigint, denominator: bigint): boolean {
  const distance = (other: number): bigint => {
    const difference = unitsOf(other) * denominator - (numerator << 1074n);
    return difference < 0n ? -difference : difference;
  };
  return [neighbour(value, 1n), neighbour(value, -1n)].every(
    (other) => !Number.isFinite(other) || distance(value) <= distance(other),
  );
}

/** The next double away from zero, or towards it. */
function neighbour(value: number, step: 1n | -1n): number {
  if (value === 0) return Number(step) * Number.MIN_VALUE;
  BITS.setFloat64(0, value);
  BITS.setBigUint64(0, BITS.getBigUint64(0) + step);
  return BITS.getFloat64(0);
}
