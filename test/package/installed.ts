import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes that a folder takes on the disk, in whole blocks. */
export function diskBytes(path: string): number {
  const stat = lstatSync(path);
  const own = stat.blocks * 512;
  if (!stat.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => sum + diskBytes(join(path, name)), own);
}

interface Installed {
  readonly hasInstallScript?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
}

/** Of a folder in which npm installed: packages with a script that npm runs then, and the commands of all packages. */
export function installed(project: string): { readonly scripts: string[]; readonly commands: string[] } {
  const { packages } = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json'), 'utf8')) as {
    packages: Record<string, Installed>;
  };
  return {
    scripts: Object.keys(packages).filter((name) => packages[name]?.hasInstallScript),
    commands: Object.values(packages).flatMap(({ bin = {} }) => Object.keys(bin)),
  };
}
