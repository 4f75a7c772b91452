/**
 * A schema of zod as functions that take a value or do not. Most records are valid: for them zod's own way through a schema
 * makes a list of issues per field that stays empty. What is wrong with a record says the schema itself, and kinds of schema
 * that are not known here stay its work.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { testOf } from './known-checks.ts';
import { zodNodeOf, type Payload, type ZodCheck, type ZodNode } from './zod-node.ts';

/** The schema does not take the value. */
export const REJECTED: unique symbol = Symbol('rejected');

/** @returns what the schema makes of a value that it takes, or REJECTED. @throws anything: the schema has to be asked */
export type Accept = (value: unknown) => unknown;

/** Whether schemas are compiled; tests compare with those that are not. */
export const COMPILED_SCHEMAS: { areOn: boolean } = { areOn: true };

const SYNCHRONOUS = { async: false } as const;

const known = new WeakMap<object, { readonly accept: Accept | undefined }>();

/** What a schema makes of a value where that is certain without it. @returns REJECTED: the schema has to be asked */
export function quickly(schema: StandardSchemaV1, value: unknown): unknown {
  if (!COMPILED_SCHEMAS.areOn) return REJECTED;
  try {
    let found = known.get(schema);
    if (found === undefined) known.set(schema, (found = { accept: compileSchema(schema) }));
    return found.accept === undefined ? REJECTED : found.accept(value);
  } catch {
    // What its code throws, the schema will throw again.
    return REJECTED;
  }
}

/** @returns undefined: the schema is none of zod's, or it is of a kind that gains nothing */
export function compileSchema(schema: StandardSchemaV1): Accept | undefined {
  const node = zodNodeOf(schema);
  return node === undefined ? undefined : knownOf(node, new Set());
}

/** Schemas of which the one at hand is a part. */
type Within = ReadonlySet<ZodNode>;

/** Any kind of schema. */
function acceptOf(node: ZodNode, within: Within): Accept {
  return knownOf(node, within) ?? ((value) => outcomeOf(node._zod.run({ value, issues: [] }, SYNCHRONOUS)));
}

function outcomeOf(payload: Payload | Promise<Payload>): unknown {
  requireSync(payload);
  return payload.issues.length > 0 ? REJECTED : payload.value;
}

function requireSync<T>(value: T | Promise<T>): asserts value is T {
  if (value instanceof Promise) throw new Error('schema is asynchronous');
}

/** @returns undefined: it is of a kind that is not known here, or within itself */
function knownOf(node: ZodNode, within: Within): Accept | undefined {
  const { def, traits } = node._zod;
  if (within.has(node)) return undefined;
  const accept = traits.has(TRAITS[def.type] ?? '') ? kindOf(node, new Set([...within, node])) : undefined;
  // A format such as `z.int()` is its own first check.
  const checks = [...(traits.has('$ZodCheck') ? [node as unknown as ZodCheck] : []), ...(def.checks ?? [])];
  return accept === undefined || checks.length === 0 ? accept : checked(accept, checks);
}

/** Kinds that are known; those that are made of them, such as codecs and exact optionals, are not. */
const TRAITS: Readonly<Record<string, string>> = {
  string: '$ZodString',
  number: '$ZodNumber',
  boolean: '$ZodBoolean',
  unknown: '$ZodUnknown',
  any: '$ZodAny',
  enum: '$ZodEnum',
  literal: '$ZodLiteral',
  nullable: '$ZodNullable',
  optional: '$ZodOptional',
  union: '$ZodUnion',
  pipe: '$ZodPipe',
  transform: '$ZodTransform',
  array: '$ZodArray',
  object: '$ZodObject',
};
const UNKNOWN = [
  '$ZodExactOptional',
  '$ZodXor',
  '$ZodDiscriminatedUnion',
  '$ZodCodec',
  '$ZodPreprocess',
  '$ZodCustomStringFormat',
];

function kindOf(node: ZodNode, within: Within): Accept | undefined {
  const { def, traits, values } = node._zod;
  if (def.coerce === true || UNKNOWN.some((trait) => traits.has(trait))) return undefined;
  switch (def.type) {
    case 'string':
      return (value) => (typeof value === 'string' ? value : REJECTED);
    case 'number':
      return (value) => (Number.isFinite(value) ? value : REJECTED);
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : REJECTED);
    case 'unknown':
    case 'any':
      return (value) => value;
    case 'enum':
    case 'literal':
      return values === undefined ? undefined : (value) => (values.has(value) ? value : REJECTED);
    case 'nullable': {
      const inner = acceptOf(def.innerType as ZodNode, within);
      return (value) => (value === null ? null : inner(value));
    }
    case 'optional': {
      if (def.innerType?._zod.optin === 'defaulted') return undefined;
      const inner = acceptOf(def.innerType as ZodNode, within);
      return (value) => (value === undefined ? undefined : inner(value));
    }
    case 'union':
      return unionOf((def.options ?? []).map((option) => acceptOf(option, within)));
    case 'pipe': {
      const first = acceptOf(def.in as ZodNode, within);
      const second = acceptOf(def.out as ZodNode, within);
      return (value) => {
        const between = first(value);
        return between === REJECTED ? REJECTED : second(between);
      };
    }
    case 'transform':
      return (value) => {
        const payload: Payload = { value, issues: [] };
        const changed = def.transform?.(value, payload);
        requireSync(changed);
        return payload.issues.length > 0 ? REJECTED : changed;
      };
    case 'array':
      return arrayOf(acceptOf(def.element as ZodNode, within));
    case 'object':
      return objectOf(node, within);
    default:
      return undefined;
  }
}

/** As zod runs them where none has found anything. */
function checked(accept: Accept, checks: readonly ZodCheck[]): Accept {
  const isFine = testOf(checks);
  if (isFine !== undefined)
    return (value) => {
      const accepted = accept(value);
      return accepted !== REJECTED && isFine(accepted) ? accepted : REJECTED;
    };
  return (value) => {
    const accepted = accept(value);
    if (accepted === REJECTED) return REJECTED;
    const payload: Payload = { value: accepted, issues: [] };
    for (let i = 0; i < checks.length; i++) {
      const { def, check } = (checks[i] as ZodCheck)._zod;
      if (def.when !== undefined && !def.when(payload)) continue;
      requireSync(check(payload));
      if (payload.issues.length > 0) return REJECTED;
    }
    return payload.value;
  };
}

/** The first option that takes it. */
function unionOf(options: readonly Accept[]): Accept {
  return (value) => {
    for (let i = 0; i < options.length; i++) {
      const accepted = (options[i] as Accept)(value);
      if (accepted !== REJECTED) return accepted;
    }
    return REJECTED;
  };
}

function arrayOf(element: Accept): Accept {
  return (value) => {
    if (!Array.isArray(value)) return REJECTED;
    const accepted: unknown[] = [];
    for (let i = 0; i < value.length; i++) {
      const item = element(value[i]);
      if (item === REJECTED) return REJECTED;
      accepted.push(item);
    }
    return accepted;
  };
}

/**
 * As code, with the names of the fields in it: the object is then made field by field in the schema's order, as zod makes
 * it, and all of one schema have one shape.
 *
 * @example if (!("a" in input) …; const v0 = accept[0](input["a"]); if (v0 === REJECTED) return REJECTED; output["a"] = v0;
 */
function objectOf({ _zod: { def } }: ZodNode, within: Within): Accept | undefined {
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
  const accepts = names.map((name) => acceptOf(shape[name] as ZodNode, within));
  const other = catchall === undefined || isStrict ? undefined : acceptOf(catchall, within);
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
