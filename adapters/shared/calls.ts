export interface CallLimits {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Cuts an order of entries into calls that each keep to the limits. An entry above `bytes` has a call to itself.
 *
 * @example [...callsOf(['aa', 'b', 'c'], (text) => text.length, { entries: 2, bytes: 2 })] // [['aa'], ['b', 'c']]
 */
export function* callsOf<E>(
  entries: readonly E[],
  sizeOf: (entry: E) => number,
  limits: CallLimits,
): Generator<readonly E[]> {
  let call: E[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    if (call.length > 0 && (call.length >= limits.entries || bytes + size > limits.bytes)) {
      yield call;
      call = [];
      bytes = 0;
    }
    call.push(entry);
    bytes += size;
  }
  if (call.length > 0) yield call;
}
