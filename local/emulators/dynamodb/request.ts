/** Members of a request, checked as they are asked for. */
import { invalid } from './service-error.ts';
import { ServiceError } from '../service-error.ts';

export type Members = Readonly<Record<string, unknown>>;

export function isGiven(members: Members, name: string): boolean {
  return (members[name] ?? undefined) !== undefined;
}

export function text(members: Members, name: string): string | undefined {
  const value = members[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw wrongType(value, 'String');
  return value;
}

export function flag(members: Members, name: string): boolean | undefined {
  const value = members[name] ?? undefined;
  if (value !== undefined && typeof value !== 'boolean') throw wrongType(value, 'Boolean');
  return value;
}

export function integer(members: Members, name: string, [min, max]: readonly [number, number]): number | undefined {
  const value = members[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'number') throw wrongType(value, 'Integer');
  if (value < min) throw constraint(name, value, `Member must have value greater than or equal to ${min}`);
  if (value > max) throw constraint(name, value, `Member must have value less than or equal to ${max}`);
  return Math.floor(value);
}

/** @returns the first of them when it is not given */
export function oneOf<T extends string>(members: Members, name: string, values: readonly [T, ...T[]]): T {
  const value = text(members, name);
  if (value === undefined) return values[0];
  if (!(values as readonly string[]).includes(value))
    throw constraint(name, value, `Member must satisfy enum value set: [${values.join(', ')}]`);
  return value as T;
}

export function structure(members: Members, name: string): Members {
  const value = members[name] ?? undefined;
  if (value === undefined) throw constraint(name, undefined, 'Member must not be null');
  return asStructure(value);
}

export function asStructure(value: unknown): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new ServiceError('SerializationException', 'Start of structure or map found where not expected');
}

/** @param max it may have no more elements */
export function list(members: Members, name: string, max: number): readonly unknown[] {
  const value = members[name] ?? undefined;
  if (value === undefined) throw constraint(name, undefined, 'Member must not be null');
  if (!Array.isArray(value)) throw new ServiceError('SerializationException', 'Unexpected field type');
  if (value.length < 1) throw constraint(name, '[]', 'Member must have length greater than or equal to 1');
  if (value.length > max) throw constraint(name, '[...]', `Member must have length less than or equal to ${max}`);
  return value;
}

/** By its name or by its ARN. */
export function tableName(members: Members): string {
  const value = text(members, 'TableName');
  if (value === undefined) throw constraint('TableName', undefined, 'Member must not be null');
  return checkedTableName(value);
}

export function checkedTableName(value: string): string {
  const name = value.startsWith('arn:') ? value.slice(value.lastIndexOf('/') + 1) : value;
  if (!/^[\w.-]*$/.test(name))
    throw constraint('TableName', name, 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  if (name.length < 3) throw constraint('TableName', name, 'Member must have length greater than or equal to 3');
  if (name.length > 255) throw constraint('TableName', name, 'Member must have length less than or equal to 255');
  return name;
}

function constraint(name: string, value: string | number | undefined, rule: string): ServiceError {
  const member = `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`;
  return invalid(
    `1 validation error detected: Value ${value === undefined ? 'null' : `'${value}'`} at '${member}' failed to satisfy constraint: ${rule}`,
  );
}

function wrongType(value: unknown, type: string): ServiceError {
  const name =
    typeof value === 'object' ? 'START_OBJECT' : typeof value === 'boolean' ? 'TRUE_VALUE' : `${typeof value}_VALUE`;
  return new ServiceError('SerializationException', `${name.toUpperCase()} cannot be converted to ${type}`);
}
