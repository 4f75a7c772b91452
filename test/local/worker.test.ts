import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalFunction } from '../../local/worker/local-function.ts';
import { MetricsCollector, parseMetrics } from '../../local/worker/metrics.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-worker-'));
const modulePath = join(folder, 'index.mjs');

/** A bundle that does as the event says. */
const BUNDLE = `
let calls = 0;
export async function handler(event, context) {
  calls += 1;
  if (event.throw) throw Object.assign(new Error(event.throw), { kind: event.kind, code: 'CODE' });
  if (event.spin) for (;;);
  if (event.waitMs) await new Promise((done) => setTimeout(done, event.waitMs));
  console.log('line ' + calls);
  return { calls, setting: process.env.SETTING, secret: process.env.AWS_PROFILE ?? null, name: context.functionName, remaining: context.getRemainingTimeInMillis() };
}
`;

describe('the function', () => {
  const lines: string[] = [];
  const functions: LocalFunction[] = [];
  beforeAll(() => writeFileSync(modulePath, BUNDLE));
  afterEach(() => functions.splice(0).forEach((one) => one.stop()));
  afterAll(() => rmSync(folder, { recursive: true }));

  function start(timeoutMs = 5_000, path = modulePath): LocalFunction {
    const one = new LocalFunction({
      functionName: 'f',
      modulePath: path,
      environment: { SETTING: 's' },
      timeoutMs,
      stdoutLine: (line) => lines.push(line),
      stderrLine: () => undefined,
    });
    functions.push(one);
    return one;
  }

  it('answers with its settings, its context and nothing of ours', async () => {
    process.env['AWS_PROFILE'] = 'mine';
    const answer = (await start().invoke({})) as Record<string, number>;
    delete process.env['AWS_PROFILE'];
    expect(answer).toMatchObject({ calls: 1, setting: 's', secret: null, name: 'f' });
    expect(answer['remaining']).toBeGreaterThan(0);
    expect(lines).toContain('line 1');
  });

  it('runs several invocations at once', async () => {
    const one = start();
    const answers = (await Promise.all([one.invoke({ waitMs: 30 }), one.invoke({ waitMs: 1 })])) as Array<{
      calls: number;
    }>;
    expect(answers.map(({ calls }) => calls)).toEqual([2, 2]);
  });

  it('passes errors on with kind and code', async () => {
    const one = start();
    await expect(one.invoke({ throw: 'down', kind: 'unavailable' })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'CODE',
      message: 'down',
    });
    await expect(one.invoke({ throw: 'oops' })).rejects.toThrow('the function failed with Error: oops');
  });

  it('is ended when it takes too long, even in a busy loop, and starts cold then', async () => {
    const one = start(300);
    await one.invoke({});
    await expect(one.invoke({ spin: true })).rejects.toMatchObject({ code: 'FUNCTION_TIMEOUT' });
    expect(await one.invoke({})).toMatchObject({ calls: 1 });
  });

  it('fails all that is in flight when it is killed, and starts cold then', async () => {
    const one = start();
    await one.warmUp();
    const inFlight = [one.invoke({ waitMs: 5_000 }), one.invoke({ waitMs: 5_000 })].map((answer) =>
      answer.catch((error: { code?: string }) => error.code),
    );
    await new Promise((done) => setTimeout(done, 20));
    process.kill(one.pid ?? 0, 'SIGKILL');
    expect(await Promise.all(inFlight)).toEqual(['FUNCTION_ENDED', 'FUNCTION_ENDED']);
    expect(await one.invoke({})).toMatchObject({ calls: 1 });
  });

  it('that cannot start says so as a wrong definition', async () => {
    const broken = join(folder, 'broken.mjs');
    writeFileSync(
      broken,
      "throw Object.assign(new Error('sizeMs must be above 0'), { kind: 'invalid', code: 'INVALID_SETTING' });",
    );
    await expect(start(1_000, broken).invoke({})).rejects.toMatchObject({
      kind: 'invalid',
      code: 'INVALID_SETTING',
      message: 'sizeMs must be above 0',
    });
    await expect(start(1_000, join(folder, 'missing.mjs')).invoke({})).rejects.toMatchObject({
      kind: 'invalid',
      code: 'COLD_START',
    });
  });
});

describe('metrics', () => {
  const line = (fields: object): string => JSON.stringify({ _aws: {}, pipeline: 'p', ...fields });

  it('are told from other lines', () => {
    expect(parseMetrics('hello')).toBeUndefined();
    expect(parseMetrics('{"a":1}')).toBeUndefined();
    expect(parseMetrics('{"_aws" broken')).toBeUndefined();
    expect(parseMetrics(line({ recordsIn: 1 }))).toMatchObject({ recordsIn: 1 });
  });

  it('add up, and keep the newest gauges of each partition', () => {
    const collector = new MetricsCollector();
    for (const fields of [
      { partition: 'a', recordsIn: 5, commits: [1, 1], openWindows: 7, watermarkMs: '20' },
      { partition: 'a', recordsIn: 6, openWindows: 3, watermarkMs: '30' },
      { partition: 'b', recordsIn: 1, openWindows: 4, watermarkMs: '25' },
      { partition: 'c', recordsIn: 0, openWindows: 0, watermarkMs: String(Number.MIN_SAFE_INTEGER) },
    ])
      collector.add(parseMetrics(line(fields)) ?? {});
    expect(collector.totals).toMatchObject({ recordsIn: 12, commits: 2, deadLetters: 0 });
    expect([collector.openWindows, collector.watermarkMs]).toEqual([7, 25]);
  });
});
