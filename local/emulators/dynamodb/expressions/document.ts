/** Places in an item, which a document path names. */
import { attribute, type Item, type Value } from '../value.ts';
import { ExpressionError, type Path } from './syntax.ts';

/** @param path without placeholders */
export function valueAt(item: Item, path: Path): Value | undefined {
  let value: Value | undefined = { M: item };
  for (const part of path) {
    value = childOf(value, part);
    if (value === undefined) return undefined;
  }
  return value;
}

/** The item with what the paths name, and nothing else. */
export function project(item: Item, paths: readonly Path[]): Item {
  return (picked({ M: item }, paths)?.M ?? {}) as Item;
}

/** @throws ExpressionError when one path is in another */
export function requireApart(paths: readonly Path[]): void {
  for (const [i, first] of paths.entries())
    for (const second of paths.slice(i + 1)) {
      const shared = Math.min(first.length, second.length);
      const differs = first.findIndex((part, at) => at < shared && part !== second[at]);
      const isConflict = differs >= 0 && typeof first[differs] !== typeof second[differs];
      if (differs >= 0 && !isConflict) continue;
      throw new ExpressionError(
        `Two document paths ${isConflict ? 'conflict' : 'overlap'} with each other; must remove or rewrite one of these paths; path one: ${pathText(first)}, path two: ${pathText(second)}`,
      );
    }
}

export function pathText(path: Path): string {
  return `[${path.map((part) => (typeof part === 'number' ? `[${part}]` : part)).join(', ')}]`;
}

function childOf(value: Value, part: string | number): Value | undefined {
  if (typeof part === 'number') return (value.L as readonly Value[] | undefined)?.[part];
  return value.M === undefined ? undefined : attribute(value.M as Item, part);
}

function picked(value: Value, paths: readonly Path[]): Value | undefined {
  if (paths.some((path) => path.length === 0)) return value;
  const parts = [...new Set(paths.map(([part]) => part as string | number))];
  const children = parts.flatMap((part) => {
    const child = childOf(value, part);
    const inner =
      child &&
      picked(
        child,
        paths.filter(([first]) => first === part).map((path) => path.slice(1)),
      );
    return inner === undefined ? [] : [[part, inner] as const];
  });
  if (children.length === 0) return undefined;
  if (value.M !== undefined) return { M: Object.fromEntries(children) };
  return { L: children.sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => child) };
}
