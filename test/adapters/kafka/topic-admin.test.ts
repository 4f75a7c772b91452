import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Admin, MultipleErrors, NetworkError, ProtocolError, UnsupportedApiError } from '@platformatic/kafka';
import { isRefusal, NO_TOPIC_ID, TopicAdmin } from '../../../adapters/kafka/topic-admin.ts';

const inside = (error: Error): Error =>
  new MultipleErrors('Altering configs failed.', [new MultipleErrors('Request failed.', [error])]);

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

describe('a topic that was just made', () => {
  type Answer = Awaited<ReturnType<Admin['metadata']>>;
  const topicOf = (id: string) => ({ id, partitions: [{ leader: 1 }], partitionsCount: 1 });
  /** A broker tells one answer after the other, then the last one again and again. */
  const tells = (...ids: Array<string | undefined>): void => {
    const metadata = async (): Promise<Answer> => {
      const id = ids.length > 1 ? ids.shift() : ids[0];
      return { topics: new Map(id === undefined ? [] : [['t', topicOf(id)]]) } as unknown as Answer;
    };
    jest.spyOn(Admin.prototype, 'metadata').mockImplementation(metadata as Admin['metadata']);
  };
  const found = async (waitMs: number, madeId: string | undefined) => {
    const admin = new TopicAdmin({ brokers: ['localhost:1'] });
    return admin.untilServing('t', waitMs, madeId).finally(() => admin.close());
  };
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('is waited for while a broker still tells of the deleted one of its name, then of none', async () => {
    tells('deleted', undefined, 'made');
    expect(await found(10_000, 'made')).toEqual({ id: 'made', partitions: 1 });
  });

  it('is another one when the name has another topic as long as it is waited for', async () => {
    tells('of another client');
    expect(await found(100, 'made')).toEqual({ id: 'of another client', partitions: 1 });
  });

  it.each([
    ['the brokers tell no ids', NO_TOPIC_ID, 'made'],
    ['the brokers told no id when it was made', 'any', NO_TOPIC_ID],
    ['no call has made it', 'any', undefined],
  ])('is the one of its name where %s', async (_, id, madeId) => {
    tells(id, 'a later answer');
    expect(await found(10_000, madeId)).toEqual({ id, partitions: 1 });
  });
});
