import { STAR_TEXT } from '../cost/prices.ts';
import { usd } from '../cost/report.ts';
import type { ExplainedFragment, ExplainedNode, Explanation } from './explain.ts';

/** Longer lines are cut: a plan is looked at, its code is in a file. */
const MAX_WIDTH = 118;
const KIND_WIDTH = 12;
const AT_REST = 'at rest:';

/** For people: the nodes in the order in which a record meets them. */
export function drawExplanation({ pipeline, fragments }: Explanation): string {
  const sources = fragments.filter(({ nodes }) => nodes[0]?.kind === 'source').length;
  const title = (id: string, i: number): string => (i === 0 && sources === 1 ? '' : `${id}:`);
  return [
    `${pipeline}: ${countText(fragments.length, sources)}`,
    ...fragments.flatMap((one, i) => fragmentLines(one, title(one.id, i))),
    ...(fragments.some(({ uncheckedAtRest }) => uncheckedAtRest.length > 0) ? [STAR_TEXT] : []),
  ]
    .map((line) => (line.startsWith(AT_REST) ? line : cut(line)))
    .join('\n');
}

/** @example '1 fragment, no exchange' · '3 fragments: 2 sources, and what is behind their exchange' */
function countText(fragments: number, sources: number): string {
  if (fragments === 1) return '1 fragment, no exchange';
  const exchanges = fragments - sources;
  if (sources === 1) return `${fragments} fragments, an exchange between ${exchanges === 1 ? 'them' : 'each two'}`;
  const behind = exchanges === 1 ? 'their exchange' : `${exchanges} exchanges`;
  return `${fragments} fragments: ${sources} sources, and what is behind ${behind}`;
}

/** @example 'flowchart TD\n  source["source<br>stream departures, …"]\n  source --> keyBy' */
export function mermaidOf({ fragments }: Explanation): string {
  // What several sources have in common is one node.
  const all = fragments.flatMap((fragment) => fragment.nodes);
  const nodes = [...new Map(all.map((node) => [node.id, node])).values()];
  return [
    'flowchart TD',
    ...nodes.map(
      ({ id, kind, what }) => `  ${id}["${kind === 'sink' ? '' : `${kind}<br>`}${escaped(cutTo(what, 80))}"]`,
    ),
    ...nodes.flatMap(({ id, inputs }) => inputs.map((input) => `  ${input} --> ${id}`)),
  ].join('\n');
}

function fragmentLines({ nodes, atRestUsd, uncheckedAtRest }: ExplainedFragment, title: string): string[] {
  const sinks = nodes.filter(({ kind }) => kind === 'sink');
  const steps = nodes.filter(({ kind }) => kind !== 'sink');
  const total = Object.values(atRestUsd).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(atRestUsd)
    .map(([service, amount]) => `${service} ${usd(amount)}${uncheckedAtRest.includes(service) ? '*' : ''}`)
    .join(', ');
  return [
    ...(title === '' ? [''] : ['', title, '']),
    ...steps.flatMap(stepLines),
    ...sinks.map(({ what }, i) => `  ${i === sinks.length - 1 ? '└' : '├'}─► ${what}`),
    '',
    `${AT_REST} ${usd(total)}${uncheckedAtRest.length > 0 ? '*' : ''} a month (${parts})`,
  ];
}

function stepLines({ id, kind, what, details }: ExplainedNode, i: number): string[] {
  const arrow = i === 0 ? [] : ['  ▼'];
  const name = id.startsWith(kind) ? id : `${kind} ${id}`;
  return [
    ...arrow,
    `  ${name.padEnd(KIND_WIDTH)}${what}`,
    ...details.map((detail) => `  │${' '.repeat(KIND_WIDTH + 1)}${detail}`),
  ];
}

function cut(line: string): string {
  return cutTo(line, MAX_WIDTH);
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Mermaid takes labels as HTML. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
