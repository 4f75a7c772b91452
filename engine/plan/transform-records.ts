/** Where the parts of a record go. */
export interface TransformTarget {
  emit(value: unknown): void;
  /** A branch: beside the results. */
  emitTo(output: string, value: unknown): void;
}

/** What happens to a record before it has a key: becomes none, one or several values. */
export type Transform = (value: unknown, target: TransformTarget) => void;

/** `first`, then `then` on all that it emits. */
export function chain(first: Transform | undefined, then: Transform): Transform {
  if (first === undefined) return then;
  return (value, target) =>
    first(value, { emit: (part) => then(part, target), emitTo: (output, part) => target.emitTo(output, part) });
}

/** Each of them, one after the other, on the same value. */
export function allOf(transforms: readonly Transform[]): Transform {
  const [first, ...others] = transforms;
  if (first !== undefined && others.length === 0) return first;
  return (value, target) => {
    for (const transform of transforms) transform(value, target);
  };
}

export const mapping =
  (change: (value: never) => unknown): Transform =>
  (value, target) =>
    target.emit(change(value as never));

export const filtering =
  (isWanted: (value: never) => boolean): Transform =>
  (value, target) => {
    if (isWanted(value as never)) target.emit(value);
  };

export const flatMapping =
  (change: (value: never) => Iterable<unknown>): Transform =>
  (value, target) => {
    for (const part of change(value as never)) target.emit(part);
  };

export const branching =
  (output: string, isWanted: (value: never) => boolean): Transform =>
  (value, target) => {
    if (isWanted(value as never)) target.emitTo(output, value);
    else target.emit(value);
  };
