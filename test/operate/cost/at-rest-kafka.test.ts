import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { atRest, atRestText } from '../../../operate/cost/at-rest.ts';
import { STAR_TEXT } from '../../../operate/cost/prices.ts';
import type { PricedTemplate } from '../../../operate/cost/priced-template.ts';
import { created, kafkaTemplate, subnets } from '../../lib/ingest/kafka/clusters.ts';
import type { KafkaOptions } from '../../lib/ingest/kafka/clusters.ts';
import type { CreatedKafka } from '../../../lib/ingest/kafka/settings.ts';

const lines = (cluster: CreatedKafka, options?: KafkaOptions) =>
  atRest(kafkaTemplate(cluster, options).toJSON() as PricedTemplate);
const usd = (found: ReturnType<typeof atRest>) =>
  Object.fromEntries(
    found.map((line) => [line.what, line.usd === undefined ? undefined : Number(line.usd.toFixed(2))]),
  );
const one = (Type: string, Properties: Record<string, unknown>): PricedTemplate => ({
  Resources: { Only: { Type, Properties } },
});

describe('what a Kafka cluster costs at rest', () => {
  it('is the cluster by the hour, and three endpoints in three zones each', () => {
    expect(usd(lines(created.serverless))).toEqual({ 'MSK Serverless': 547.5, endpoints: 65.7 });
  });

  it('is nothing for endpoints in a network of somebody else', () => {
    expect(usd(lines({ kind: 'serverless', network: subnets }))).toEqual({ 'MSK Serverless': 547.5 });
  });

  it('grows with endpoints that the stage asks for, and shrinks by those of pollers on demand', () => {
    const polling = { mode: 'provisioned', minPollers: 1, maxPollers: 1 } as const;
    expect(usd(lines(created.serverless, { kafka: { services: ['glue', 'kinesis-streams'] } }))).toMatchObject({
      endpoints: 109.5,
    });
    expect(usd(lines(created.serverless, { kafka: { polling } }))).toMatchObject({ endpoints: 21.9 });
  });

  it('is brokers by their type and number, and their disks, full or not', () => {
    expect(
      usd(lines({ kind: 'provisioned', instanceType: 'kafka.m7g.xlarge', brokersPerZone: 2, storageGiB: 500 })),
    ).toMatchObject({ '6 × kafka.m7g.xlarge': 1_787.04, 'storage of brokers': 300, 'metrics of brokers': 84.6 });
    expect(usd(lines({ kind: 'provisioned', instanceType: 'kafka.t3.small', storageGiB: 1 }))).toMatchObject({
      '3 × kafka.t3.small': 99.86,
      'storage of brokers': 0.3,
    });
    const express = usd(lines(created.express));
    expect(express).toMatchObject({ '3 × express.m7g.large': 893.52, 'metrics of brokers': 30.6 });
    expect(express).not.toHaveProperty('storage of brokers');
  });

  it('says plainly when a broker has no price here', () => {
    for (const instanceType of ['kafka.m9x.large', 'kafka.m7g.3xlarge']) {
      const found = lines({ kind: 'provisioned', instanceType, network: subnets });
      expect(usd(found)).toMatchObject({ [`3 × ${instanceType}`]: undefined });
      expect(atRestText('Tidemark-kafka-dev', found)).toBe(
        `Tidemark-kafka-dev: $72.30* a month at rest (3 × ${instanceType} NOT PRICED, storage of brokers $30.00*, metrics of brokers $42.30*; us-east-1; ${STAR_TEXT})`,
      );
    }
  });
});

it('docs/cloud.md says the same', () => {
  const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/cloud.md'), 'utf8');
  const said = (kind: CreatedKafka['kind']) =>
    docs
      .split('\n')
      .find((line) => line.startsWith(`| \`${kind}\` |`))
      ?.match(/\$\d+(\.\d\d)?/g)
      ?.map((text) => Number(text.slice(1)));
  const withoutEndpoints = (cluster: CreatedKafka) => Object.values(usd(lines({ ...cluster, network: subnets })));
  expect(said('serverless')).toEqual([...withoutEndpoints(created.serverless), 1.1]);
  expect(said('provisioned')).toEqual(withoutEndpoints(created.provisioned));
  expect(said('express')).toEqual(withoutEndpoints(created.express));
});

describe('what a pipeline with a topic costs at rest', () => {
  const pollers = (MinimumPollers: number) =>
    usd(
      atRest(
        one('AWS::Lambda::EventSourceMapping', { ProvisionedPollerConfig: { MinimumPollers, MaximumPollers: 200 } }),
      ),
    );

  it('is nothing for pollers on demand, and a unit for every ten of its own', () => {
    expect(usd(atRest(one('AWS::Lambda::EventSourceMapping', {})))).toEqual({});
    expect([1, 10, 11].map(pollers)).toEqual([{ pollers: 135.05 }, { pollers: 135.05 }, { pollers: 270.1 }]);
  });

  it('is its partitions, where the cluster beside it is serverless', () => {
    const pipeline = one('Custom::KafkaTopic', { topic: 'departures', partitions: 3 });
    const cluster = (kind: keyof typeof created) => kafkaTemplate(created[kind]).toJSON() as PricedTemplate;
    expect(usd(atRest(pipeline, [cluster('serverless'), pipeline]))).toEqual({ '3 partitions': 3.29 });
    expect(usd(atRest(pipeline, [cluster('express'), pipeline]))).toEqual({});
    expect(usd(atRest(pipeline))).toEqual({});
  });
});
