import { describe, expect, it } from '@jest/globals';
import { MultipleErrors, NetworkError, ProtocolError, UnsupportedApiError } from '@platformatic/kafka';
import { isRefusal } from '../../../adapters/kafka/topic-admin.ts';

const inside = (error: Error): Error => new MultipleErrors('Altering configs failed.', [new MultipleErrors('Request failed.', [error])]);

describe('what becomes of a topic', () => {
  it.each([
    ['a name', new ProtocolError('INVALID_TOPIC_EXCEPTION')],
    ['a setting', new ProtocolError('INVALID_CONFIG')],
    ['a policy', new ProtocolError('POLICY_VIOLATION')],
    ['a call that the brokers do not know', new UnsupportedApiError('Unsupported API IncrementalAlterConfigs.')],
  ])('is refused for %s, however often it is asked', (_, error) => {
    expect([isRefusal(error), isRefusal(inside(error))]).toEqual([true, true]);
  });

  it.each([
    ['rights', new ProtocolError('TOPIC_AUTHORIZATION_FAILED')],
    ['brokers that restart', new ProtocolError('INVALID_REPLICATION_FACTOR')],
    ['a connection', new NetworkError('Connection refused.')],
  ])('may yet be for want of %s', (_, error) => {
    expect([isRefusal(error), isRefusal(inside(error))]).toEqual([false, false]);
  });
});
