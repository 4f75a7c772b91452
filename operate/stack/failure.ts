import { errorName, isTransient } from '../../adapters/shared/aws-failure.ts';
import { messageOf, TidemarkError } from '../../engine/errors.ts';

/**
 * Asks AWS about a stack.
 *
 * @param right the right that the call needs, e.g. `lambda:GetEventSourceMapping`
 * @throws UNKNOWN_STACK, STACK_REFUSED (invalid) · STACK_UNAVAILABLE (unavailable)
 */
export async function asking<T>(stack: string, right: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw failureOf(stack, right, cause);
  }
}

function failureOf(stack: string, right: string, cause: unknown): TidemarkError {
  const text = messageOf(cause);
  if (errorName(cause) === 'ValidationError' && /does not exist/.test(text)) {
    return new TidemarkError(
      'invalid',
      'UNKNOWN_STACK',
      `stack must be deployed in this account and region, got ${JSON.stringify(stack)}; correct --stack, such as Tidemark-flights-dev, or AWS_REGION`,
      { cause },
    );
  }
  if (isTransient(cause) && !/Region is missing|credential/i.test(text)) {
    return new TidemarkError(
      'unavailable',
      'STACK_UNAVAILABLE',
      `stack ${stack} must describe itself, got ${text} from ${right}; try again`,
      { cause },
    );
  }
  return new TidemarkError(
    'invalid',
    'STACK_REFUSED',
    `stack ${stack} must describe itself, got ${text} from ${right}; set AWS_REGION and credentials that have this right`,
    { cause },
  );
}
