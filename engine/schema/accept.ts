/** The schema does not take the value. */
export const REJECTED: unique symbol = Symbol('rejected');

/** @returns what the schema makes of a value that it takes, or REJECTED. @throws anything: the schema has to be asked */
export type Accept = (value: unknown) => unknown;
