/** A refusal as the service names it: the client of every SDK throws an exception of this name. */
export class ServiceError extends Error {
  /** @example 'ResourceNotFoundException' */
  readonly type: string;
  /** What the reply has beside its type and text. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.type = type;
    this.members = members;
  }
}
