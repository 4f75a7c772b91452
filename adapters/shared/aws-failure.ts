import { TidemarkError, messageOf } from '../../engine/errors.ts';

/** What an adapter was doing when an AWS call failed. */
export interface AwsAttempt {
  /** Prefix of the code: `LOG` makes LOG_UNAVAILABLE and LOG_REFUSED. */
  readonly code: 'LOG' | 'BLOB' | 'SINK' | 'RESULTS' | 'REGISTRY' | 'SECRET';
  /** e.g. `write slot 5 of flights/0` */
  readonly action: string;
  /** What was called, e.g. `table tidemark-log`. */
  readonly resource: string;
  readonly context?: Record<string, unknown>;
}

/** Refusals with a 4xx status that go away by themselves: throttling, clocks, credentials about to be renewed. */
const TRANSIENT_REFUSALS = new Set([
  'ConditionalRequestConflict',
  'ExpiredToken',
  'ExpiredTokenException',
  'InternalFailure',
  'InternalServerError',
  'OperationAborted',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestExpired',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeTooSkewed',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
]);

/** Thrown on this side, before anything was sent. */
const LOCAL_FAULTS = new Set(['CredentialsProviderError', 'RangeError', 'ReferenceError', 'TypeError']);

const REMEDIES: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'deploy it, or correct its name',
  NoSuchBucket: 'deploy it, or correct its name',
  AccessDeniedException: 'grant the call to the role of this function',
  AccessDenied: 'grant the call to the role of this function',
  CredentialsProviderError: 'give this process AWS credentials',
};

/**
 * True when the call may succeed later. Its outcome is then unknown: it may have been executed (PL-5). Whatever is not
 * known to be a refusal counts as transient, so that a lost reply is never taken for an answer.
 */
export function isTransient(error: unknown): boolean {
  const { name, message, status } = describe(error);
  if (LOCAL_FAULTS.has(name)) return false;
  if (status === undefined || status < 400 || status >= 500 || status === 408 || status === 429) return true;
  return (
    TRANSIENT_REFUSALS.has(name) || (name === 'InvalidSignatureException' && /expired|not yet current/.test(message))
  );
}

/** The error to throw: `<code>_UNAVAILABLE` (unavailable) when transient, else `<code>_REFUSED` (invalid or internal). */
export function awsFailure(error: unknown, attempt: AwsAttempt): TidemarkError {
  const { name, message } = describe(error);
  const options = { context: { ...attempt.context, resource: attempt.resource }, cause: error };
  if (isTransient(error)) {
    return new TidemarkError(
      'unavailable',
      `${attempt.code}_UNAVAILABLE`,
      `could not ${attempt.action}: ${name}: ${message}`,
      options,
    );
  }
  const remedy = REMEDIES[name];
  return new TidemarkError(
    remedy === undefined ? 'internal' : 'invalid',
    `${attempt.code}_REFUSED`,
    `${attempt.resource} must accept the call to ${attempt.action}, got ${name}: ${message}; ${remedy ?? 'report this as a defect'}`,
    options,
  );
}

/** The name of an AWS error, e.g. `ConditionalCheckFailedException`. */
export function errorName(error: unknown): string {
  return describe(error).name;
}

/** HTTP status of an AWS error; undefined when no answer came. */
export function errorStatus(error: unknown): number | undefined {
  return describe(error).status;
}

function describe(error: unknown): { name: string; message: string; status: number | undefined } {
  if (typeof error !== 'object' || error === null)
    return { name: typeof error, message: String(error), status: undefined };
  const { name, $metadata } = error as { name?: unknown; $metadata?: { httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: messageOf(error),
    status: typeof status === 'number' ? status : undefined,
  };
}
