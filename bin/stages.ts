import type { Stage, StageOverrides } from '../lib/settings.ts';

/** What each stage does differently from the defaults of `lib/settings.ts`. */
export const stages: Readonly<Record<Stage, StageOverrides>> = {
  dev: {},
  prod: { streamRetentionHours: 168, streamCapacity: { mode: 'provisioned', shardCount: 2 } },
};
