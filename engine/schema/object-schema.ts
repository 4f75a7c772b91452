import { REJECTED, type Accept } from './accept.ts';
import type { ZodNode } from './zod-node.ts';

/**
 * As code, with the names of the fields in it: the object is then made field by field in the schema's order, as zod makes
 * it, and all of one schema have one shape.
 *
 * @example if (!("a" in input) …; const v0 = accept[0](input["a"]); if (v0 === REJECTED) return REJECTED; output["a"] = v0;
 */
export function objectOf({ _zod: { def } }: ZodNode, acceptOf: (part: ZodNode) => Accept): Accept | undefined {
  const { shape = {}, catchall } = def;
  const isStrict = catchall?._zod.def.type === 'never';
  const names = Object.keys(shape);
  if (Object.getOwnPropertySymbols(shape).length > 0 || names.includes('__proto__')) return undefined;
  const fields = names.map((name, i) => fieldCode(name, i, shape[name] as ZodNode));
  if (fields.includes(undefined)) return undefined;
  const code = `return (input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return REJECTED;
    const output = {};
    ${fields.join('\n')}
    ${catchall === undefined ? '' : isStrict ? STRICT : LOOSE}
    return output;
  };`;
  const make = new Function('accept', 'other', 'names', 'REJECTED', code) as (...scope: unknown[]) => Accept;
  const accepts = names.map((name) => acceptOf(shape[name] as ZodNode));
  const other = catchall === undefined || isStrict ? undefined : acceptOf(catchall);
  return make(accepts, other, new Set(names), REJECTED);
}

/** What becomes of fields that are not in the shape: refused, or taken by a schema of their own. */
const STRICT = 'for (const name in input) if (!names.has(name)) return REJECTED;';
const LOOSE = `for (const name in input) {
  if (names.has(name) || name === '__proto__') continue;
  const value = other(input[name]);
  if (value === REJECTED) return REJECTED;
  output[name] = value;
}`;

/** @returns undefined: whether it may be absent follows from more than is known here */
function fieldCode(name: string, i: number, { _zod: { optin, optout } }: ZodNode): string | undefined {
  const field = `input[${JSON.stringify(name)}]`;
  const isPresent = `${JSON.stringify(name)} in input`;
  const take = `const v${i} = accept[${i}](${field}); if (v${i} === REJECTED) return REJECTED; output[${JSON.stringify(name)}] = v${i};`;
  if (optin === undefined) return `if (${field} === undefined && !(${isPresent})) return REJECTED; ${take}`;
  if (optin === 'optional' && optout === 'optional') return `if (${isPresent}) { ${take} }`;
  return optin === 'defaulted' && optout !== 'optional' ? take : undefined;
}
