/** Expressions as they are parsed: names and values are still placeholders. */

/** Names and indexes of a document path. @example ['#a', 3, 'b'] */
export type Path = ReadonlyArray<string | number>;

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string }
  | FunctionCall
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: Operand; readonly right: Operand };

export interface FunctionCall {
  readonly kind: 'function';
  readonly name: string;
  readonly operands: readonly Operand[];
}

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly operands: readonly [Operand, Operand] }
  | { readonly kind: 'between'; readonly operands: readonly [Operand, Operand, Operand] }
  | { readonly kind: 'in'; readonly operands: readonly Operand[] }
  | FunctionCall;

export type Section = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';

/** One action of an update; REMOVE has no operand. */
export interface Action {
  readonly section: Section;
  readonly path: Path;
  readonly operand?: Operand;
}

/** What each kind of expression is parsed to. */
export interface Parsed {
  readonly ConditionExpression: Condition;
  readonly FilterExpression: Condition;
  readonly KeyConditionExpression: Condition;
  readonly ProjectionExpression: readonly Path[];
  readonly UpdateExpression: readonly Action[];
}

/** Whatever is wrong with an expression, as DynamoDB says it behind the expression's kind. */
export class ExpressionError extends Error {}
