import type { Metafile } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The licence texts of all packages that have files in the bundle, each text once, below the packages that it holds for. */
export function thirdPartyNotices(repository: string, inputs: Metafile['inputs']): string {
  const folders = Object.keys(inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const packagesByText = new Map<string, string[]>();
  for (const folder of [...new Set(folders)].sort()) {
    const { title, text } = noticeOf(join(repository, folder));
    packagesByText.set(text, [...(packagesByText.get(text) ?? []), title]);
  }
  return [...packagesByText]
    .map(([text, packages]) => [...packages, '', text].join('\n'))
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(folder: string): { readonly title: string; readonly text: string } {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice)/i.test(file))
    .map((file) => `${readFileSync(join(folder, file), 'utf8').trim()}\n`);
  return { title: `${name} ${version}, ${license}`, text: texts.join('\n') };
}
