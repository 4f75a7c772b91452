import { ServiceError } from '../service-error.ts';

export function notFound(what: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `${what} not found.`);
}

export function invalidArgument(text: string): ServiceError {
  return new ServiceError('InvalidArgumentException', text);
}

export function invalidValue(text: string): ServiceError {
  return new ServiceError('ValidationException', `1 validation error detected: ${text}`);
}
