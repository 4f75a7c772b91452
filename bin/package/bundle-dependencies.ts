/**
 * Puts what the compiled sources import from other packages into `dist/`, so that installing Tidemark installs nothing
 * else but the bundler's program. See docs/adr/0041-one-package-without-dependencies.md.
 */
import { build, type Metafile, type Plugin } from 'esbuild';
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { kafkaClientAlias, REQUIRE_BANNER } from '../../lambdas/bundle.ts';
import { removeUnreachableTypes } from './reachable-types.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const repository = resolve(import.meta.dirname, '../..');
const dist = join(repository, 'dist');
const bundler = join(dist, 'esbuild/lib/main.js');
const { peerDependencies } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  peerDependencies: Record<string, string>;
};
const builtin = new Set([...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);

const external: Plugin = {
  name: 'external',
  setup({ onResolve }) {
    onResolve({ filter: /^\.|^#(pipeline|sql)$/ }, ({ path, importer }) =>
      isCompiled(importer) ? { path, external: true } : undefined,
    );
    onResolve({ filter: /^esbuild$/ }, ({ importer }) => ({
      path: relative(dirname(importer), bundler),
      external: true,
    }));
    onResolve({ filter: /^[^./]/ }, ({ path }) => (comesWithTheUser(path) ? { path, external: true } : undefined));
  },
};

function isCompiled(file: string): boolean {
  return file.startsWith(dist) && !file.includes('node_modules');
}

function comesWithTheUser(specifier: string): boolean {
  return (
    builtin.has(specifier) ||
    Object.keys(peerDependencies).some((name) => specifier === name || specifier.startsWith(`${name}/`))
  );
}

async function bundleInto(entryPoints: readonly string[]): Promise<Metafile['inputs']> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: [...entryPoints],
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    chunkNames: 'packages/[name]-[hash]',
    bundle: true,
    splitting: true,
    treeShaking: true,
    format: 'esm',
    platform: 'node',
    target: 'node22',
    mainFields: ['module', 'main'],
    alias: kafkaClientAlias(),
    banner: { js: REQUIRE_BANNER },
    legalComments: 'none',
    charset: 'utf8',
    tsconfigRaw: {},
    plugins: [external],
    metafile: true,
    logLevel: 'warning',
  });
  return metafile.inputs;
}

/** The other files stay as the compiler wrote them. */
function importsPackages(file: string): boolean {
  const specifiers = [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import\()\s*["']([^"'.#][^"']*)["']/g)];
  return specifiers.some(([, specifier]) => !comesWithTheUser(specifier ?? ''));
}

/** esbuild finds its program in the package `@esbuild/<platform>`; its own package only adds an install script. */
function copyBundler(): void {
  const from = dirname(dirname(bundlerPackage));
  mkdirSync(dirname(bundler), { recursive: true });
  for (const file of ['lib/main.js', 'LICENSE.md']) cpSync(join(from, file), join(dist, 'esbuild', file));
  writeFileSync(join(dist, 'esbuild/package.json'), `${JSON.stringify({ type: 'commonjs' })}\n`);
}

const bundlerPackage = join(repository, 'node_modules/esbuild/lib/main.js');
copyBundler();
const importing = globSync('**/*.js', { cwd: dist })
  .map((file) => join(dist, file))
  .filter(importsPackages);
// This one signs by a CommonJS package that requires the SDK: bundled together, no module of the SDK could be shaken any more.
const signing = join(dist, 'lambdas/kafka-connect.js');
const inputs = {
  ...(await bundleInto(importing.filter((file) => file !== signing))),
  ...(await bundleInto([signing])),
};
writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(repository, inputs));
removeUnreachableTypes(repository);
