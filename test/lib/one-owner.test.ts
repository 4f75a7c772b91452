import { describe, expect, it } from '@jest/globals';
import { requireOneOwner } from '../../lib/ingest/one-owner.ts';
import { stageSettings } from '../../lib/settings.ts';
import { orders, refunds, united } from './synthesize.ts';

const fraud = { ...orders, name: 'fraud' };

describe('requireOneOwner', () => {
  it('refuses two pipelines that would both create a stream', () => {
    expect(() => requireOneOwner([orders, fraud], stageSettings('dev'))).toThrow(
      'stream purchases must be created by one pipeline, got ["orders","fraud"]; put its ARN into existingStreamArns',
    );
  });

  it('refuses a stream that one pipeline creates as its first source and another as a further one', () => {
    const other = { ...fraud, source: refunds };
    expect(() => requireOneOwner([united(orders, refunds), other], stageSettings('dev'))).toThrow(
      'stream refunds must be created by one pipeline, got ["orders","fraud"]',
    );
  });

  it('lets any number of pipelines read a stream that exists', () => {
    const existingStreamArns = { purchases: 'arn:aws:kinesis:eu-central-1:123456789012:stream/purchases' };
    expect(() => requireOneOwner([orders, fraud], stageSettings('dev', { existingStreamArns }))).not.toThrow();
  });

  it('lets each pipeline create a stream of its own', () => {
    const other = { ...fraud, source: { ...orders.source, stream: 'payments' } };
    expect(() => requireOneOwner([orders, other], stageSettings('dev'))).not.toThrow();
  });

  it('refuses two pipelines that would both create a topic, one that reads it and one that puts results there', () => {
    const reader = { ...orders, source: { ...orders.source, kind: 'kafka', topic: 'totals' } as const };
    const writer = {
      ...fraud,
      source: { ...orders.source, stream: 'payments' } as const,
      sinks: [{ kind: 'topic', topic: 'totals', latestPer: 'key' } as const],
    };
    expect(() => requireOneOwner([reader, writer], stageSettings('dev'))).toThrow(
      expect.objectContaining({
        code: 'TOPIC_HAS_TWO_OWNERS',
        message:
          'topic totals must be created by one pipeline, got ["orders","fraud"]; say \'existing\' in kafka.topics and create it once',
      }),
    );
    expect(() =>
      requireOneOwner([reader, writer], stageSettings('dev', { kafka: { topics: { totals: 'existing' } } })),
    ).not.toThrow();
  });
});
