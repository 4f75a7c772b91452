import type { FigureRow } from './rows.ts';

/** The figures of one command. */
export interface Measured {
  /** @example 'npm run bench' */
  readonly command: string;
  /** What was run, on what, and when. @example '3 rounds of the quick form' */
  readonly how: string;
  readonly rows: readonly FigureRow[];
}

const BEGIN = '<!-- figures: written by npm run bench:figures -->';
const END = '<!-- end of figures -->';

/** The page with the table of what was measured. @throws when it has no place for it */
export function withFigures(page: string, measured: readonly Measured[]): string {
  const [before, rest] = halves(page, BEGIN);
  const [, after] = halves(rest, END);
  return `${before}${BEGIN}\n${tableOf(measured)}\n${END}${after}`;
}

function tableOf(measured: readonly Measured[]): string {
  return [
    '| | goal | median | rounds |',
    '|---|---|---|---|',
    ...measured.flatMap(({ command, how, rows }) => [
      `| **\`${command}\`**: ${how} | | | |`,
      ...rows.map(({ what, goal, median, rounds }) => `| ${what.trim()} | ${goal} | ${median} | ${rounds} |`),
    ]),
  ].join('\n');
}

function halves(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0 || text.includes(mark, at + 1)) throw new Error(`page must have ${JSON.stringify(mark)} once`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
