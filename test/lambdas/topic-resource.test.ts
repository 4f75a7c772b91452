import { describe, expect, it } from '@jest/globals';
import {
  droppedConfigs,
  identityOf,
  physicalIdOf,
  topicToDelete,
  wantedTopic,
  type TopicProperties,
} from '../../lambdas/topic-resource.ts';

const ORDERS: TopicProperties = {
  topic: 'orders',
  partitions: '3',
  replicationFactor: '2',
  configs: { 'retention.ms': '5' },
  deleteWithStack: 'true',
};

describe('the topic of a template', () => {
  it('has figures, which CloudFormation makes text of', () => {
    expect(wantedTopic(ORDERS)).toEqual({
      name: 'orders',
      partitions: 3,
      replicationFactor: 2,
      configs: { 'retention.ms': '5' },
    });
  });

  it('is refused without a figure', () => {
    expect(() => wantedTopic({ ...ORDERS, partitions: '' })).toThrow(
      'partitions must be a whole number, got ""; deploy it again with the construct of this version',
    );
  });

  it('gives back the settings that it had and has no more, of the same topic', () => {
    const after = { ...ORDERS, configs: { 'cleanup.policy': 'compact' } };
    expect(droppedConfigs(ORDERS, after)).toEqual(['retention.ms']);
    expect(droppedConfigs({ ...ORDERS, topic: 'old' }, after)).toEqual([]);
    expect(droppedConfigs(undefined, after)).toEqual([]);
  });
});

describe('the physical id of a topic', () => {
  it('names the topic, its id and who has made it', () => {
    expect(identityOf(physicalIdOf({ name: 'orders', id: 'a-1', origin: 'created' }, undefined))).toEqual({
      name: 'orders',
      id: 'a-1',
      origin: 'created',
    });
  });

  it('stays as it was while the topic is the same', () => {
    expect(physicalIdOf({ name: 'orders', id: 'a-1', origin: 'found' }, 'orders/a-1/created')).toBe(
      'orders/a-1/created',
    );
    expect(physicalIdOf({ name: 'orders', id: 'b-2', origin: 'found' }, 'orders/a-1/created')).toBe('orders/b-2/found');
  });

  it.each(['', 'orders', 'orders/a-1', 'orders/a-1/stolen', 'orders/a-1/created/more'])('is not %j', (text) => {
    expect(identityOf(text)).toBeUndefined();
  });

  it('decides what is deleted: what it has made, where the stage wants that', () => {
    expect(topicToDelete('orders/a-1/created', ORDERS)).toMatchObject({ name: 'orders', id: 'a-1' });
    expect(topicToDelete('orders/a-1/found', ORDERS)).toBeUndefined();
    expect(topicToDelete('orders/a-1/created', { ...ORDERS, deleteWithStack: 'false' })).toBeUndefined();
  });
});
