export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: [],
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [
    '/node_modules/(?!(@platformatic|temporal-polyfill|temporal-utils|hyparquet|hyparquet-compressors|fzstd|hysnappy)/)',
  ],
  setupFiles: process.env.TIDEMARK_PLAIN_SCHEMAS === 'yes' ? ['<rootDir>/test/support/plain-schemas.ts'] : [],
  testTimeout: 30_000,
  // Half of the tests wait for programs that they have started: no core need stay free.
  maxWorkers: '100%',
};
