import type { StandardSchemaV1 } from '@standard-schema/spec';

const ZOD_MAJOR = 4;

/** What is read of a schema of zod 4. Its definition is public: https://zod.dev/library-authors */
export interface ZodNode {
  readonly _zod: {
    readonly def: ZodDefinition;
    readonly traits: ReadonlySet<string>;
    readonly version: { readonly major: number };
    readonly optin?: string;
    readonly optout?: string;
    readonly values?: ReadonlySet<unknown>;
    readonly propValues?: Readonly<Record<string, ReadonlySet<unknown>>>;
    run(payload: Payload, context: { readonly async: false }): Payload | Promise<Payload>;
  };
}

/** Those of all kinds of schema: each has some of them. */
export interface ZodDefinition {
  readonly type: string;
  readonly checks?: readonly ZodCheck[];
  readonly coerce?: boolean;
  readonly shape?: Readonly<Record<string, ZodNode>>;
  readonly catchall?: ZodNode;
  readonly element?: ZodNode;
  readonly innerType?: ZodNode;
  readonly options?: readonly ZodNode[];
  readonly discriminator?: string;
  readonly unionFallback?: boolean;
  readonly items?: readonly ZodNode[];
  readonly rest?: ZodNode | null;
  readonly keyType?: ZodNode;
  readonly valueType?: ZodNode;
  readonly mode?: string;
  /** Made anew for each that reads it. */
  readonly defaultValue?: unknown;
  readonly in?: ZodNode;
  readonly out?: ZodNode;
  transform?(value: unknown, payload: Payload): unknown;
}

export interface ZodCheck {
  readonly _zod: {
    readonly def: {
      readonly format?: string;
      readonly pattern?: unknown;
      readonly value?: unknown;
      readonly inclusive?: boolean;
      when?(payload: Payload): boolean;
    };
    readonly traits: ReadonlySet<string>;
    check(payload: Payload): unknown;
  };
}

/** A value on its way through a schema. */
export interface Payload {
  value: unknown;
  readonly issues: unknown[];
}

/** @returns undefined: the schema is none of zod's, or of another zod than is known */
export function zodNodeOf(schema: StandardSchemaV1): ZodNode | undefined {
  const node = schema as Partial<ZodNode>;
  return schema['~standard'].vendor === 'zod' && node._zod?.version?.major === ZOD_MAJOR
    ? (node as ZodNode)
    : undefined;
}
