import { ServiceError } from '../service-error.ts';

export function invalid(text: string): ServiceError {
  return new ServiceError('ValidationException', text);
}

export function invalidParameters(text: string): ServiceError {
  return invalid(`One or more parameter values were invalid: ${text}`);
}

/** @param name of a table, where the call is about tables */
export function notFound(name?: string): ServiceError {
  const which = name === undefined ? '' : `: Table: ${name} not found`;
  return new ServiceError('ResourceNotFoundException', `Requested resource not found${which}`);
}

/** @param found the item in the way, as JSON has it, where the caller asks for it */
export function conditionFailed(found: object | undefined): ServiceError {
  const members = found === undefined ? {} : { Item: found };
  return new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', members);
}
