import { describe, expect, it } from '@jest/globals';
import { failureText, isCutOff } from '../../../adapters/kafka/connection.ts';

const coded = (code: string, message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code });
const tried = (...errors: unknown[]): AggregateError =>
  new AggregateError(errors, `metadata failed ${errors.length} times.`);

describe('a failure of the client', () => {
  it('is told by its roots, each once', () => {
    const refused = coded(
      'PLT_KFK_NETWORK',
      'Connection failed.',
      coded('PLT_KFK_AUTHENTICATION', 'SASL authentication failed.'),
    );
    expect(failureText(tried(refused, refused, coded('PLT_KFK_TIMEOUT', 'Timed out.')))).toBe(
      'SASL authentication failed, Timed out',
    );
  });

  it('is told in the words of the broker where it said any', () => {
    expect(
      failureText(
        tried(
          Object.assign(new Error('Topic refused.'), { serverErrorMessage: 'Unknown topic config name: retention' }),
        ),
      ),
    ).toBe('Unknown topic config name: retention');
  });

  it('is told whatever was thrown', () => {
    expect(failureText('gone')).toBe('gone');
    expect(failureText(undefined)).toBe('undefined');
  });

  it.each([
    ['no connection', tried(coded('PLT_KFK_NETWORK', 'Connection closed')), true],
    ['no answer', coded('PLT_KFK_TIMEOUT', 'Timed out'), true],
    ['no way in, deep down', tried(coded('X', 'x', coded('PLT_KFK_AUTHENTICATION', 'no'))), true],
    ['an answer that is a refusal', tried(coded('PLT_KFK_PROTOCOL', 'UNKNOWN_TOPIC_OR_PARTITION')), false],
    ['something else', 'gone', false],
  ])('means a new connection: %s %#', (_, error, expected) => {
    expect(isCutOff(error)).toBe(expected);
  });
});
