import type { SqlType } from '../types/sql-type.ts';
import type { Span } from '../sql-error.ts';

export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** What every expression has. `depth`: levels of expressions in it, from 1; bounded, so that no walk overflows the stack. */
interface ExpressionBase {
  readonly span: Span;
  readonly depth: number;
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '||' | '=' | '<>' | '<' | '<=' | '>' | '>=' | 'AND' | 'OR';

export type Expression = ExpressionBase &
  (
    | { readonly kind: 'literal'; readonly type: SqlType; readonly value: string | number | boolean | null }
    | { readonly kind: 'name'; readonly parts: readonly Name[] }
    | { readonly kind: 'unary'; readonly operator: '-' | '+' | 'NOT'; readonly operand: Expression }
    | {
        readonly kind: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | {
        readonly kind: 'is';
        readonly operand: Expression;
        readonly what: 'NULL' | 'TRUE' | 'FALSE';
        readonly isNegated: boolean;
      }
    | {
        readonly kind: 'between';
        readonly operand: Expression;
        readonly low: Expression;
        readonly high: Expression;
        readonly isNegated: boolean;
        readonly isSymmetric: boolean;
      }
    | {
        readonly kind: 'in';
        readonly operand: Expression;
        readonly list: readonly Expression[];
        readonly isNegated: boolean;
      }
    | {
        readonly kind: 'like';
        readonly operand: Expression;
        readonly pattern: Expression;
        readonly escape: Name | undefined;
        readonly isNegated: boolean;
      }
    | {
        readonly kind: 'case';
        readonly operand: Expression | undefined;
        readonly branches: readonly CaseBranch[];
        readonly otherwise: Expression | undefined;
      }
    | { readonly kind: 'cast'; readonly operand: Expression; readonly type: SqlType; readonly isTry: boolean }
    | {
        readonly kind: 'call';
        readonly name: Name;
        readonly args: readonly Expression[];
        readonly isStar: boolean;
        readonly isDistinct: boolean;
        readonly filter: Expression | undefined;
      }
  );

export interface CaseBranch {
  readonly when: Expression;
  readonly then: Expression;
}

export interface SelectItem {
  /** undefined: all columns. */
  readonly expression: Expression | undefined;
  readonly alias: Name | undefined;
  readonly span: Span;
}

/** Where a query reads. */
export type From = TableFrom | WindowFrom;

export interface TableFrom {
  readonly kind: 'table';
  readonly table: Name | Select;
  readonly alias: Name | undefined;
}

/** `TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))` */
export interface WindowFrom {
  readonly kind: 'window';
  readonly windows: 'TUMBLE' | 'HOP' | 'SESSION';
  readonly table: Name;
  /** undefined: by the columns of GROUP BY. */
  readonly partitionBy: readonly Name[] | undefined;
  readonly time: Name;
  /** Lengths, and behind them the offset, if there is one [ms]. */
  readonly intervals: readonly number[];
  readonly alias: Name | undefined;
  readonly span: Span;
}

export interface Select {
  readonly kind: 'select';
  readonly items: readonly SelectItem[];
  readonly from: From;
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly having: Expression | undefined;
  readonly span: Span;
}

export type ColumnDefinition =
  | { readonly kind: 'physical'; readonly name: Name; readonly type: SqlType; readonly isRequired: boolean }
  | { readonly kind: 'computed'; readonly name: Name; readonly expression: Expression }
  | ({ readonly kind: 'unread'; readonly name: Name } & Unread);

/** A column of a type that is not there: it may be declared, and nothing may read it. */
export interface Unread {
  /** What is not there, for the error. */
  readonly what: string;
  readonly remedy: string;
}

export interface Option {
  readonly key: Name;
  readonly value: Name;
}

export interface CreateTable {
  readonly kind: 'createTable';
  readonly name: Name;
  readonly columns: readonly ColumnDefinition[];
  readonly watermark: { readonly column: Name; readonly expression: Expression; readonly span: Span } | undefined;
  readonly primaryKey: { readonly columns: readonly Name[]; readonly span: Span } | undefined;
  readonly options: readonly Option[];
  readonly span: Span;
}

export interface CreateView {
  readonly kind: 'createView';
  readonly name: Name;
  readonly select: Select;
  readonly span: Span;
}

export interface Insert {
  readonly kind: 'insert';
  readonly table: Name;
  readonly select: Select;
  readonly span: Span;
}

/** `SET 'key' = 'value'` */
export interface SetOption extends Option {
  readonly kind: 'set';
  readonly span: Span;
}

export type Statement = CreateTable | CreateView | Insert | SetOption;
