import base from './jest.config.js';

/** Tests against services that are programs of their own: one at a time, each starts what it needs. */
export default {
  ...base,
  testMatch: ['**/*.service.ts'],
  globalSetup: '<rootDir>/test/services/global-setup.ts',
  maxWorkers: 1,
  testTimeout: 60_000,
};
