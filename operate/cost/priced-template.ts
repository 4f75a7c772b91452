/** Properties of a resource. */
export type PricedResource = Readonly<Record<string, unknown>>;

/** A CloudFormation template, as far as it says what is paid for while nothing happens. */
export interface PricedTemplate {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: PricedResource }>>;
}

export interface RestLine {
  readonly what: string;
  /** US dollars a month; undefined: no price of it is known here. */
  readonly usd: number | undefined;
  /** A price in it is not checked. @default false */
  readonly isUnchecked?: boolean;
}
