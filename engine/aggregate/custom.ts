import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { messageOf, oneLine, requireSetting, TidemarkError } from '../errors.ts';
import { aggregate, type Aggregate, type Aggregator, type RecordTime } from './aggregate.ts';
import { readJson, storedBytes, toJsonValue, toPlainData, writeJson, type JsonValue } from './json-value.ts';

/** How many inputs become one result, without a word on bytes. For each method's promises see `Aggregator`. */
export type PlainAggregator<In, Acc, Out> = Omit<Aggregator<In, Acc, Out>, 'write' | 'read'> & {
  readonly write?: never;
  readonly read?: never;
};

/**
 * Your own aggregate. Accumulators must be plain data (numbers, text, lists, objects …): they are stored in a form of their
 * own, and frozen, so that an `add` which changes one in place makes a dead letter instead of a wrong sum. An aggregator
 * with `write` and `read` may have any accumulators.
 *
 * No record may stop a partition: after every `add` the accumulator must fit `maxStateBytes`, and its `result` must be data
 * that fits `maxResultBytes`; otherwise the record becomes a dead letter, and the accumulator stays as it was.
 *
 * What `write` wrote, `read` must read whole, and `write` write again byte for byte: a record after which it would not becomes
 * a dead letter too, before a state is stored that nothing could read.
 *
 * Windows are merged from parts, so `merge` must say the same as adding all records to one accumulator would.
 *
 * @param name stands for the code in the state's fingerprint: give a new name when the accumulator changes its meaning
 * @example custom('longest word', (post) => post.text, {
 *   init: () => '',
 *   add: (longest, text) => (text.length > longest.length ? text : longest),
 *   merge: (a, b) => (b.length > a.length ? b : a),
 *   result: (longest) => longest,
 *   resultType: 'text',
 * })
 * @throws INVALID_SETTING
 */
export function custom<V, In, Acc, Out>(
  name: string,
  extract: (value: V, record: RecordTime) => In,
  aggregator: Aggregator<In, Acc, Out> | PlainAggregator<In, Acc, Out>,
): Aggregate<V, Out> {
  requireSetting('name', name, typeof name === 'string' && name !== '', 'a text', "pass a name such as 'longest word'");
  requireSetting(
    'extract',
    typeof extract,
    typeof extract === 'function',
    'a function',
    'pass (record) => record.field',
  );
  const { maxResultBytes = 1_024, maxStateBytes = 65_536 } = aggregator;
  requireSetting(
    'maxResultBytes',
    maxResultBytes,
    Number.isSafeInteger(maxResultBytes) && maxResultBytes >= 1,
    'an integer above 0',
    'leave it out for 1024',
  );
  requireSetting(
    'maxStateBytes',
    maxStateBytes,
    Number.isSafeInteger(maxStateBytes) && maxStateBytes >= 1 && maxStateBytes <= 1_048_576,
    'an integer in [1, 1048576]',
    'leave it out for 65536',
  );
  const { init, add, merge, write, read } =
    aggregator.write === undefined ? asPlainData(name, aggregator) : bound(aggregator);
  const isOwnForm = aggregator.write !== undefined;
  let isEmptyChecked = !isOwnForm;
  const requireStorable = (accumulator: Acc): void => {
    const { length } = isOwnForm ? requireReversible(name, { write, read }, accumulator) : bytesOf(write, accumulator);
    if (length > maxStateBytes)
      throw new TidemarkError(
        'data',
        'STATE_TOO_LARGE',
        `accumulator of ${name} must be at most ${maxStateBytes} bytes, got ${length}; keep less of each record or set maxStateBytes`,
      );
  };
  return aggregate(`custom(${JSON.stringify(name)})`, extract, {
    init,
    add: (accumulator, input) => {
      const next = add(accumulator, input);
      // A window that says what is new begins anew after each firing: the empty accumulator is stored as well.
      if (!isEmptyChecked) requireReversible(name, { write, read }, init());
      isEmptyChecked = true;
      requireStorable(next);
      checked(name, maxResultBytes, () => aggregator.result(next));
      return next;
    },
    merge,
    write,
    read,
    resultType: aggregator.resultType ?? 'json',
    maxResultBytes,
    // A result must be the same before and after a crash, and fit its row. What "add" has made does; what "merge" makes may
    // not: then the firing fails, and no record is to blame.
    result: (accumulator) => checked(name, maxResultBytes, () => aggregator.result(accumulator)) as Out,
  });
}

function bytesOf<Acc>(write: (writer: ByteWriter, accumulator: Acc) => void, accumulator: Acc): Uint8Array {
  const writer = new ByteWriter();
  write(writer, accumulator);
  return writer.finish();
}

/** @throws STATE_NOT_REVERSIBLE (data) when `read` does not give back what `write` wrote */
function requireReversible<Acc>(
  name: string,
  { write, read }: Pick<Aggregator<unknown, Acc, unknown>, 'write' | 'read'>,
  accumulator: Acc,
): Uint8Array {
  let problem: string;
  let cause: unknown;
  try {
    const bytes = bytesOf(write, accumulator);
    const reader = new ByteReader(bytes);
    const again = bytesOf(write, read(reader));
    if (reader.atEnd && again.length === bytes.length && again.every((byte, i) => byte === bytes[i])) return bytes;
    problem = reader.atEnd
      ? 'another accumulator'
      : `${bytes.length - reader.position} of ${bytes.length} bytes left over`;
  } catch (error) {
    cause = error;
    problem = oneLine(messageOf(error));
  }
  const text = `read of ${name} must give back what write wrote, got ${problem}; correct the aggregate`;
  throw new TidemarkError('data', 'STATE_NOT_REVERSIBLE', text, { cause });
}

type Stored<In, Acc> = Omit<Aggregator<In, Acc, unknown>, 'result'>;

function bound<In, Acc>(aggregator: Stored<In, Acc>): Stored<In, Acc> {
  return {
    init: () => aggregator.init(),
    add: (accumulator, input) => aggregator.add(accumulator, input),
    merge: (a, b) => aggregator.merge(a, b),
    write: (writer, accumulator) => aggregator.write(writer, accumulator),
    read: (reader) => aggregator.read(reader),
  };
}

function asPlainData<In, Acc>(name: string, aggregator: Omit<Stored<In, Acc>, 'write' | 'read'>): Stored<In, Acc> {
  const plain = (accumulator: Acc): Acc => toPlainData(accumulator, `accumulator of ${name}`) as Acc;
  return {
    init: () => plain(aggregator.init()),
    add: (accumulator, input) => plain(aggregator.add(accumulator, input)),
    merge: (a, b) => plain(aggregator.merge(a, b)),
    write: (writer, accumulator) => writeJson(writer, accumulator as JsonValue),
    read: (reader) => plain(readJson(reader) as Acc),
  };
}

/** @throws AGGREGATE_FAILED (data) when the user's code throws, or gives what no row can hold */
function checked(name: string, maxBytes: number, result: () => unknown): unknown {
  try {
    const value = toJsonValue(result(), 'result');
    const bytes = storedBytes(value);
    if (bytes <= maxBytes) return value;
    throw new Error(`${bytes} bytes`);
  } catch (cause) {
    throw new TidemarkError(
      'data',
      'AGGREGATE_FAILED',
      `result of ${name} must be data of at most ${maxBytes} bytes, got ${oneLine(messageOf(cause))}; correct the aggregate or set maxResultBytes`,
      { cause },
    );
  }
}
