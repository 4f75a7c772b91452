import type { Stage, StageOverrides, Target } from '../lib/settings.ts';

/** What each stage does differently from the defaults of `lib/settings.ts`. */
export const stages: Readonly<Record<Stage, StageOverrides>> = {
  dev: {},
  prod: { streamRetentionHours: 168, streamCapacity: { mode: 'provisioned', shardCount: 2 } },
};

/** What each target does differently, whatever the stage. `docs/localstack.md` says why. */
export const targets: Readonly<Record<Target, StageOverrides>> = {
  aws: {},
  emulator: {
    retainData: false,
    computedAlarms: false,
    lakeDelivery: { by: 'function' },
    leftOut: ['AWS::Athena::NamedQuery'],
  },
};
