import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';

/** Who may import what: the table of the architecture, by folder. A test proves that a broken rule is found. */
const everyFolder = [
  'adapters',
  'bench',
  'bin',
  'lambdas',
  'lib',
  'local',
  'operate',
  'pipelines',
  'sql',
  'test',
  'testing',
];
const mayImport = {
  engine: [],
  sql: ['engine'],
  pipelines: ['engine', 'sql'],
  adapters: ['engine'],
  lambdas: ['engine', 'adapters', 'pipelines', 'sql'],
  lib: ['engine', 'lambdas'],
  local: ['engine', 'adapters', 'pipelines', 'lambdas'],
  operate: ['engine', 'adapters'],
  testing: ['engine', 'adapters'],
};
const sdk = { regex: '^(@aws-sdk|@smithy|aws-cdk-lib|constructs)', message: 'this folder knows no AWS SDK and no CDK' };
const node = { regex: '^node:', message: 'the engine runs anywhere: time, files and randomness come through ports.ts' };
const outward = (folder) => ({
  regex: `^(\\.\\./)+(${everyFolder.filter((other) => other !== folder && !mayImport[folder].includes(other)).join('|')})/`,
  message: `${folder}/ may import ${['itself', ...mayImport[folder]].join(', ')} only`,
});
const restrict = (folder, ...patterns) => ({
  files: [`${folder}/**/*.ts`],
  rules: { 'no-restricted-imports': ['error', { patterns: [outward(folder), ...patterns] }] },
});
/** The adapters do not know each other; `shared/` and the port's own folder are theirs. */
const adapterFolders = readdirSync(join(import.meta.dirname, 'adapters')).filter((folder) => folder !== 'shared');
const noOtherAdapter = (folder) => ({
  files: [`adapters/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          outward('adapters'),
          {
            regex: `^\\.\\./(${adapterFolders.filter((other) => other !== folder).join('|')})/`,
            message: 'adapters never import each other',
          },
        ],
      },
    ],
  },
});

export default tseslint.config(
  { ignores: ['node_modules', 'cdk.out', 'dist', '.tidemark', 'coverage'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      'no-empty': 'error',
      eqeqeq: 'error',
    },
  },
  restrict('engine', sdk, node),
  {
    files: ['engine/codec/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [outward('engine'), sdk] }] },
  },
  {
    files: ['engine/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'performance', 'crypto', 'Buffer'],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random' },
        { object: 'Date', property: 'now' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'time comes through the Clock port',
        },
      ],
    },
  },
  restrict('sql', sdk, node),
  restrict('pipelines', sdk),
  restrict('testing', sdk),
  ...adapterFolders.map(noOtherAdapter),
  ...['lambdas', 'lib', 'local', 'operate'].map((folder) => restrict(folder)),
);
