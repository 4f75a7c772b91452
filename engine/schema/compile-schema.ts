/**
 * A schema of zod as functions that take a value or do not. Most records are valid: for them zod's own way through a schema
 * makes a list of issues per field that stays empty. What is wrong with a record says the schema itself, and kinds of schema
 * that are not known here stay its work.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { REJECTED, type Accept } from './accept.ts';
import { testOf } from './known-checks.ts';
import { objectOf } from './object-schema.ts';
import { zodNodeOf, type Payload, type ZodCheck, type ZodDefinition, type ZodNode } from './zod-node.ts';

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
  null: '$ZodNull',
  nullable: '$ZodNullable',
  optional: '$ZodOptional',
  nonoptional: '$ZodNonOptional',
  default: '$ZodDefault',
  prefault: '$ZodPrefault',
  readonly: '$ZodReadonly',
  union: '$ZodUnion',
  pipe: '$ZodPipe',
  transform: '$ZodTransform',
  array: '$ZodArray',
  tuple: '$ZodTuple',
  record: '$ZodRecord',
  object: '$ZodObject',
};
const UNKNOWN = ['$ZodExactOptional', '$ZodXor', '$ZodCodec', '$ZodPreprocess', '$ZodCustomStringFormat'];

function kindOf(node: ZodNode, within: Within): Accept | undefined {
  const { def, traits, values } = node._zod;
  if (def.coerce === true || UNKNOWN.some((trait) => traits.has(trait))) return undefined;
  const accept = (part: ZodNode): Accept => acceptOf(part, within);
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
    case 'null':
      return values === undefined ? undefined : (value) => (values.has(value) ? value : REJECTED);
    case 'nullable': {
      const inner = accept(def.innerType as ZodNode);
      return (value) => (value === null ? null : inner(value));
    }
    case 'optional': {
      if (def.innerType?._zod.optin === 'defaulted') return undefined;
      const inner = accept(def.innerType as ZodNode);
      return (value) => (value === undefined ? undefined : inner(value));
    }
    case 'nonoptional': {
      const inner = accept(def.innerType as ZodNode);
      return (value) => {
        const accepted = inner(value);
        return accepted === undefined ? REJECTED : accepted;
      };
    }
    case 'default': {
      const inner = accept(def.innerType as ZodNode);
      return (value) => {
        const accepted = value === undefined ? undefined : inner(value);
        return accepted === undefined ? def.defaultValue : accepted;
      };
    }
    case 'prefault': {
      const inner = accept(def.innerType as ZodNode);
      return (value) => inner(value === undefined ? def.defaultValue : value);
    }
    case 'readonly': {
      const inner = accept(def.innerType as ZodNode);
      return (value) => Object.freeze(inner(value));
    }
    case 'union':
      return traits.has('$ZodDiscriminatedUnion')
        ? discriminatedOf(def, accept)
        : unionOf((def.options ?? []).map((option) => accept(option)));
    case 'pipe': {
      const first = accept(def.in as ZodNode);
      const second = accept(def.out as ZodNode);
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
      return arrayOf(accept(def.element as ZodNode));
    case 'tuple':
      return tupleOf(def, accept);
    case 'record':
      return recordOf(def, accept);
    case 'object':
      return objectOf(node, accept);
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

/** The option that the discriminator names. @returns undefined: it does not name one of them for sure */
function discriminatedOf(
  { options = [], discriminator = '', unionFallback }: ZodDefinition,
  acceptOf: (part: ZodNode) => Accept,
): Accept | undefined {
  const named = new Map<unknown, Accept>();
  for (const option of options) {
    const accept = acceptOf(option);
    for (const value of option._zod.propValues?.[discriminator] ?? []) {
      if (value === undefined || named.has(value)) return undefined;
      named.set(value, accept);
    }
  }
  if (unionFallback === true) return undefined;
  return (value) => {
    if (typeof value !== 'object' || value === null) return REJECTED;
    const accept = named.get((value as Record<string, unknown>)[discriminator]);
    return accept === undefined ? REJECTED : accept(value);
  };
}

/** @returns undefined: some of its items may be absent, or more may follow them */
function tupleOf({ items = [], rest }: ZodDefinition, acceptOf: (part: ZodNode) => Accept): Accept | undefined {
  const mayEndEarly = items.some(({ _zod: { optin, optout } }) => optin !== undefined || optout !== undefined);
  if (mayEndEarly || (rest !== undefined && rest !== null)) return undefined;
  const accepts = items.map(acceptOf);
  return (value) => {
    if (!Array.isArray(value) || value.length !== accepts.length) return REJECTED;
    const accepted: unknown[] = [];
    for (let i = 0; i < accepts.length; i++) {
      const item = (accepts[i] as Accept)(value[i]);
      if (item === REJECTED) return REJECTED;
      accepted.push(item);
    }
    return accepted;
  };
}

/** @returns undefined: not any name will do */
function recordOf(
  { keyType, valueType, mode }: ZodDefinition,
  acceptOf: (part: ZodNode) => Accept,
): Accept | undefined {
  const isAnyText = keyType?._zod.def.type === 'string' && (keyType._zod.def.checks ?? []).length === 0;
  if (!isAnyText || mode === 'loose' || keyType._zod.traits.has('$ZodCheck')) return undefined;
  if (keyType._zod.def.coerce === true) return undefined;
  const accept = acceptOf(valueType as ZodNode);
  return (value) => {
    if (!isPlainObject(value)) return REJECTED;
    const accepted: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      if (name === '__proto__') continue;
      const item = accept(value[name]);
      if (item === REJECTED) return REJECTED;
      accepted[name] = item;
    }
    return accepted;
  };
}

/** As `JSON.parse` makes them; zod decides about others. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
