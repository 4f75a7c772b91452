/** A refusal as the service names it: the client of every SDK throws an exception of this name. */
export class ServiceError extends Error {
  /** @example 'ResourceNotFoundException' */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

export function notFound(what: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `${what} not found.`);
}

export function invalidArgument(text: string): ServiceError {
  return new ServiceError('InvalidArgumentException', text);
}

export function invalidValue(text: string): ServiceError {
  return new ServiceError('ValidationException', `1 validation error detected: ${text}`);
}
