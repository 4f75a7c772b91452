import base from './jest.config.js';

/** Tests against the app as an emulator deploys it: one file at a time, each starts an emulator. */
export default {
  ...base,
  testMatch: ['**/*.deployed.ts'],
  globalSetup: '<rootDir>/test/deployed/support/global-setup.ts',
  maxWorkers: 1,
  testTimeout: 300_000,
};
