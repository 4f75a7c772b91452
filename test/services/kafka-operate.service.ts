import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startTidemark, tidemark } from '../e2e/command.ts';
import { describeService } from './describe-service.ts';
import { startKafka, type KafkaBroker } from './java/kafka-broker.ts';

const RECORDS = 3_000;
const SENT = ['ATL', 'ORD', 'LAX', 'DFW', 'PHX', 'DEN', 'LAS', 'STL', 'MSP', 'DTW'];
type Row = Readonly<Record<string, unknown>>;
const linesOf = ({ stdout }: { readonly stdout: string }): Row[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
const notOk = (findings: readonly Row[]): Row =>
  Object.fromEntries(findings.filter(({ verdict }) => verdict !== 'ok').map(({ id, verdict }) => [id, verdict]));

/** The tests follow one pipeline from one to the next. */
describeService('send, inspect and doctor of a pipeline that reads Kafka', () => {
  let broker: KafkaBroker;
  let admin: Admin;
  let folder: string;
  let data: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tidemark-kafka-operate-'));
    data = join(folder, 'data');
    broker = await startKafka();
    admin = new Admin({ clientId: 'test', bootstrapBrokers: [broker.bootstrap] });
  });
  afterAll(async () => {
    await admin?.close();
    await broker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const command = (name: string, ...more: string[]) => tidemark(name, 'flights-kafka', ...more, '--data-dir', data);
  const withKafka = (name: string, ...more: string[]) => command(name, ...more, '--kafka', broker.bootstrap);
  const doctor = (): Row => notOk(linesOf(withKafka('doctor', '--json')));
  const configure = (name: string, value: string): Promise<unknown> =>
    admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName: 'departures',
          configs: [{ name, configOperation: IncrementalAlterConfigOperationTypes.SET, value }],
        },
      ],
    });

  it.each([
    ['send', ['FILE.ndjson']],
    ['inspect', []],
    ['doctor', []],
  ])('%s says that it needs a broker', (name, args) => {
    writeFileSync(join(folder, 'FILE.ndjson'), '{}\n');
    const { status, stderr } = command(name, ...args.map((file) => join(folder, file)));
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^tidemark: --kafka must be the broker of flights-kafka's topic, got undefined; start one with: .*\n$/,
    );
  });

  it('inspect shows each partition of the topic', () => {
    expect(withKafka('local', '--records', String(RECORDS), '--exit', '--json').status).toBe(0);
    const said = withKafka('inspect', '--json');
    const reports = linesOf(said);
    expect(said.status).toBe(0);
    expect(reports.map(({ partition }) => partition)).toEqual(['0', '1', '2', '3']);
    expect(
      reports.every(
        ({ verified, version, openWindows, stateBytes, watermark }) =>
          verified === true &&
          Number(version) > 0 &&
          Number(openWindows) > 0 &&
          Number(stateBytes) > 0 &&
          watermark !== null,
      ),
    ).toBe(true);
    expect(reports.reduce((sum, { recordsIn }) => sum + Number(recordsIn), 0)).toBe(RECORDS);
    expect(reports.reduce((sum, { reached }) => sum + Number(reached) + 1, 0)).toBe(RECORDS);
    expect(withKafka('inspect').stdout).toMatch(/^│ partition │ version │[^]*behind: the furthest partition/m);
  });

  it('doctor finds nothing wrong with it', () => {
    const findings = linesOf(withKafka('doctor', '--json'));
    expect(notOk(findings)).toEqual({});
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'topic-partitions',
        'topic-cleanup',
        'topic-retention',
        'topic-lost',
        'group',
        'partitions-with-log',
        'backlog',
      ]),
    );
    expect(findings.find(({ id }) => id === 'group')?.['found']).toBe('4 of 4 partitions begun');
  });

  it('send puts lines into the partitions of their keys, doctor sees them wait, and they are counted', () => {
    const file = join(folder, 'more.ndjson');
    writeFileSync(
      file,
      SENT.map(
        (origin) =>
          `${JSON.stringify({ date: '2001-01-01T12:00:00Z', delay: 0, distance: 100, origin, destination: 'SFO' })}\n`,
      ).join(''),
    );
    const { status, stderr } = withKafka('send', file);
    expect(status).toBe(0);
    expect(stderr).toBe(
      `10 records are in topic departures; tidemark local flights-kafka --kafka ${broker.bootstrap} processes them\n`,
    );
    expect(doctor()).toEqual({ backlog: 'warning' });
    const counts = JSON.parse(withKafka('local', '--exit', '--json', '--records', String(RECORDS)).stdout) as Row;
    expect(counts).toMatchObject({ recordsIn: RECORDS + SENT.length, deadLetters: 0 });
    expect(doctor()).toEqual({});
  });

  it('inspect and doctor see the same while the pipeline runs', async () => {
    const runner = startTidemark(
      'local',
      'flights-kafka',
      '--kafka',
      broker.bootstrap,
      '--records',
      String(RECORDS),
      '--data-dir',
      data,
    );
    try {
      await wait(4_000);
      expect(linesOf(withKafka('inspect', '--json')).reduce((sum, { recordsIn }) => sum + Number(recordsIn), 0)).toBe(
        RECORDS + SENT.length,
      );
      const findings = linesOf(withKafka('doctor', '--json'));
      expect(notOk(findings)).toEqual({});
      expect(findings[0]?.['found']).toMatch(/, at work now$/);
    } finally {
      const ended = new Promise((done) => runner.once('exit', done));
      runner.kill('SIGINT');
      await ended;
    }
  });

  it('doctor finds a compacted topic, a retention that is nearly over, a group that skips records', async () => {
    await configure('cleanup.policy', 'compact');
    expect(doctor()).toEqual({ 'topic-cleanup': 'warning' });
    await configure('cleanup.policy', 'delete');
    writeFileSync(join(folder, 'old.ndjson'), '{"origin":"ATL"}\n');
    expect(withKafka('send', join(folder, 'old.ndjson')).status).toBe(0);
    await wait(2_500);
    await configure('retention.ms', '20000');
    expect(doctor()).toEqual({ backlog: 'warning', 'topic-retention': 'warning' });
    await configure('retention.ms', '604800000');
    const { groupId } = JSON.parse(readFileSync(join(data, 'flights-kafka', 'checkpoints.json'), 'utf8')) as {
      groupId: string;
    };
    await broker.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
      '--group',
      groupId,
      '--topic',
      'departures',
      '--reset-offsets',
      '--to-latest',
      '--execute',
    ]);
    expect(doctor()).toEqual({ backlog: 'warning', group: 'problem' });
  });

  it('doctor finds a topic that has grown, or that is not there', async () => {
    await admin.createPartitions({ topics: [{ name: 'departures', count: 5 }] });
    await wait(500);
    expect(doctor()).toMatchObject({ 'topic-partitions': 'problem' });
    await admin.deleteTopics({ topics: ['departures'] });
    await wait(500);
    const findings = withKafka('doctor');
    expect(findings.status).toBe(1);
    expect(findings.stdout).toContain('✗ data-dir  the pipeline has run here: no topic departures at the brokers');
  });
});
