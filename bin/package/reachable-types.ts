import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Declarations that the exports of the package reach, and the other packages that they name. */
export function reachableTypes(repository: string): {
  readonly files: ReadonlySet<string>;
  readonly packages: Set<string>;
} {
  const { exports } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { types: string }>;
  };
  const files = new Set(
    Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [join(repository, entry.types)])),
  );
  const packages = new Set<string>();
  for (const file of files)
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles)
      if (fileName.startsWith('.')) files.add(join(dirname(file), fileName.replace(/\.[jt]s$/, '.d.ts')));
      else packages.add(fileName);
  return { files, packages };
}

/** Leaves out of `dist/` the declarations that no user can see. */
export function removeUnreachableTypes(repository: string): void {
  const { files } = reachableTypes(repository);
  for (const file of globSync('dist/**/*.d.ts', { cwd: repository }))
    if (!files.has(join(repository, file))) rmSync(join(repository, file));
}
