import { checkedValue, isItem, type Value } from '../value.ts';
import { invalid } from '../service-error.ts';
import { ServiceError } from '../../service-error.ts';
import { ExpressionError, type Path } from './syntax.ts';

/** What the placeholders of a request's expressions stand for. */
export class Scope {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Readonly<Record<string, Value>>;
  readonly #unusedNames: Set<string>;
  readonly #unusedValues: Set<string>;

  /** @throws ValidationException */
  constructor(names: unknown, values: unknown) {
    this.#names = checkedMap('ExpressionAttributeNames', names, /^#\w+$/) as Readonly<Record<string, string>>;
    const given = checkedMap('ExpressionAttributeValues', values, /^:\w+$/);
    this.#values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, valueOf(name, value)]));
    this.#unusedNames = new Set(Object.keys(this.#names));
    this.#unusedValues = new Set(Object.keys(this.#values));
  }

  path(path: Path): Path {
    return path.map((part) => (typeof part === 'string' && part.startsWith('#') ? this.#name(part) : part));
  }

  /** @throws ExpressionError when the request does not say what it stands for */
  value(name: string): Value {
    const value = this.#values[name];
    if (value === undefined)
      throw new ExpressionError(
        `An expression attribute value used in expression is not defined; attribute value: ${name}`,
      );
    this.#unusedValues.delete(name);
    return value;
  }

  /** @throws ValidationException when something was given that no expression has */
  requireAllUsed(): void {
    requireNone('ExpressionAttributeNames', this.#unusedNames);
    requireNone('ExpressionAttributeValues', this.#unusedValues);
  }

  #name(placeholder: string): string {
    const name = this.#names[placeholder];
    if (name === undefined)
      throw new ExpressionError(
        `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    this.#unusedNames.delete(placeholder);
    return name;
  }
}

function checkedMap(member: string, given: unknown, placeholder: RegExp): Readonly<Record<string, unknown>> {
  if (given === undefined || given === null) return {};
  if (!isItem(given)) throw new ServiceError('SerializationException', 'Unexpected field type');
  const names = Object.keys(given);
  if (names.length === 0) throw invalid(`${member} must not be empty`);
  const wrong = names.find((name) => !placeholder.test(name));
  if (wrong !== undefined) throw invalid(`${member} contains invalid key: Syntax error; key: "${wrong}"`);
  return given;
}

function valueOf(name: string, value: unknown): Value {
  try {
    return checkedValue(value);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.type !== 'ValidationException') throw error;
    throw invalid(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${name}`);
  }
}

function requireNone(member: string, unused: ReadonlySet<string>): void {
  if (unused.size > 0)
    throw invalid(`Value provided in ${member} unused in expressions: keys: {${[...unused].join(', ')}}`);
}
