import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, PIPELINES, type Identity } from './one-fragment.ts';

/** What `identityOf` gave before a pipeline was a plan. What is deployed depends on it, so it is never made anew. */
const before = JSON.parse(readFileSync(join(import.meta.dirname, 'one-fragment.json'), 'utf8')) as Readonly<
  Record<string, Identity>
>;

describe('a pipeline that groups by its partition key', () => {
  it.each(PIPELINES)('has the log, the state, the outputs and the resources that it always had: %s', async (name) => {
    const now = await identityOf(name);
    const { resources } = before[name] as Identity;
    const kept = Object.fromEntries(Object.keys(resources).map((id) => [id, now.resources[id]]));
    expect({ ...now, resources: kept }).toEqual(before[name]);
    expect(now.outputs.count).toBeGreaterThan(10);
  });
});
