import { invalidArgument, invalidValue } from './service-error.ts';

/** One call's members, checked as they are asked for. */
export class Request {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #timeUnitMs: number;

  /** @param timeUnitMs 1000 in JSON, which has seconds; 1 in CBOR */
  constructor(members: Readonly<Record<string, unknown>>, timeUnitMs: number) {
    this.#members = members;
    this.#timeUnitMs = timeUnitMs;
  }

  /** By its name or by its ARN. */
  streamName(): string {
    const arn = this.text('StreamARN');
    const name = this.text('StreamName') ?? arn?.slice(arn.lastIndexOf('/') + 1);
    if (name === undefined) throw invalidArgument('Either StreamName or StreamARN must be provided.');
    if (!/^[a-zA-Z0-9_.-]{1,128}$/.test(name))
      throw invalidValue(
        `Value '${name}' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+`,
      );
    return name;
  }

  has(name: string): boolean {
    return (this.#members[name] ?? undefined) !== undefined;
  }

  text(name: string): string | undefined {
    const value = this.#members[name] ?? undefined;
    if (value !== undefined && typeof value !== 'string') throw wrong(name, 'a string');
    return value;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw wrong(name, 'not null');
    return value;
  }

  /** A whole number in [min, max]. */
  integer<T extends number | undefined>(name: string, [min, max]: readonly [number, number], missing: T): number | T {
    const value = this.#members[name] ?? undefined;
    if (value === undefined) return missing;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
      throw wrong(name, `a number in [${min}, ${max}]`);
    return value;
  }

  timeMs(name: string): number | undefined {
    const value = this.#members[name] ?? undefined;
    if (value !== undefined && typeof value !== 'number') throw wrong(name, 'a time');
    return value === undefined ? undefined : value * this.#timeUnitMs;
  }

  object(name: string): Request | undefined {
    const value = this.#members[name] ?? undefined;
    if (value === undefined) return undefined;
    return new Request(asObject(value, name), this.#timeUnitMs);
  }

  objects(name: string): Request[] {
    const value = this.#members[name];
    if (!Array.isArray(value)) throw wrong(name, 'a list');
    return value.map((one: unknown) => new Request(asObject(one, name), this.#timeUnitMs));
  }

  /** JSON has base 64, CBOR the bytes. */
  bytes(name: string, max: number): Buffer {
    const value = this.#members[name];
    if (!Buffer.isBuffer(value) && typeof value !== 'string') throw wrong(name, 'a blob');
    const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : value;
    if (bytes.length > max) throw wrong(name, `of length less than or equal to ${max}`);
    return bytes;
  }
}

function asObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(name, 'a structure');
  return value as Readonly<Record<string, unknown>>;
}

function wrong(name: string, rule: string): Error {
  const member = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
  return invalidValue(`Value at '${member}' failed to satisfy constraint: Member must be ${rule}`);
}
