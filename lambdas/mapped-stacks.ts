/**
 * Names sources and lines in stack traces. Node's `--enable-source-maps` reads the map of every module when it loads it,
 * which takes longer than the modules themselves; here a map is read with the first stack trace that passes through it.
 */
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

type Place = Pick<NodeJS.CallSite, 'getFileName' | 'getLineNumber' | 'getColumnNumber'>;

/** By URL of a module; undefined: it has no map. */
const maps = new Map<string, SourceMap | undefined>();

/**
 * A line of a stack trace, with the place in the sources where there is a map beside the module.
 *
 * @example mappedPlace(site) // 'commit (engine/partition-log/commit.ts:12:5)'
 */
export function mappedPlace(place: Place): string {
  const text = String(place);
  const file = place.getFileName();
  const line = place.getLineNumber();
  const column = place.getColumnNumber();
  if (typeof file !== 'string' || !file.startsWith('file:') || line === null || column === null) return text;
  const entry = mapOf(file)?.findEntry(line - 1, column - 1);
  if (entry === undefined || !('originalSource' in entry)) return text;
  const { originalSource, originalLine, originalColumn } = entry;
  return text.replace(`${file}:${line}:${column}`, `${originalSource}:${originalLine + 1}:${originalColumn + 1}`);
}

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readMap(url));
  return maps.get(url);
}

/** @returns undefined where none can be read: the error whose trace this is must not give way to another */
function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}

Error.prepareStackTrace = (error, places) =>
  [Error.prototype.toString.call(error), ...places.map((place) => `    at ${mappedPlace(place)}`)].join('\n');
