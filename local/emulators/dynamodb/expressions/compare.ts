import { compareNumbers } from '../number.ts';
import { typeOf, type Item, type Value } from '../value.ts';

/** Negative, zero or positive; undefined for values that have no order between them. */
export function compareValues(left: Value, right: Value): number | undefined {
  const type = typeOf(left);
  const [a, b] = [left[type], right[type]] as [string, string | undefined];
  if (b === undefined) return undefined;
  if (type === 'N') return compareNumbers(a, b);
  if (type === 'S') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (type === 'B') return Buffer.compare(Buffer.from(a, 'base64'), Buffer.from(b, 'base64'));
  return undefined;
}

/** Sets are equal in any order, numbers in any form. */
export function areEqual(left: Value, right: Value): boolean {
  const type = typeOf(left);
  const [a, b] = [left[type], right[type]];
  if (b === undefined) return false;
  switch (type) {
    case 'SS':
    case 'NS':
    case 'BS': {
      const others = new Set(b as readonly string[]);
      return (
        others.size === (a as readonly string[]).length && (a as readonly string[]).every((one) => others.has(one))
      );
    }
    case 'L': {
      const others = b as readonly Value[];
      return (
        others.length === (a as Value[]).length && (a as Value[]).every((one, i) => areEqual(one, others[i] as Value))
      );
    }
    case 'M': {
      const [names, others] = [Object.keys(a as Item), b as Item];
      return (
        names.length === Object.keys(others).length &&
        names.every(
          (name) => Object.hasOwn(others, name) && areEqual((a as Item)[name] as Value, others[name] as Value),
        )
      );
    }
    case 'S':
    case 'N':
    case 'B':
    case 'BOOL':
    case 'NULL':
      return a === b;
  }
}
