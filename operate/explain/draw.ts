import { usd } from '../cost/report.ts';
import type { ExplainedFragment, ExplainedNode, Explanation } from './explain.ts';

/** Longer lines are cut: a plan is looked at, its code is in a file. */
const MAX_WIDTH = 118;
const KIND_WIDTH = 12;
const AT_REST = 'at rest:';

/** For people: the nodes in the order in which a record meets them. */
export function drawExplanation({ pipeline, fragments }: Explanation): string {
  const count =
    fragments.length === 1
      ? '1 fragment, no exchange'
      : `${fragments.length} fragments, an exchange between ${fragments.length === 2 ? 'them' : 'each two'}`;
  return [`${pipeline}: ${count}`, ...fragments.flatMap((one, i) => fragmentLines(one, i === 0 ? '' : `${one.id}:`))]
    .map((line) => (line.startsWith(AT_REST) ? line : cut(line)))
    .join('\n');
}

/** @example 'flowchart TD\n  source["source<br>stream departures, …"]\n  source --> keyBy' */
export function mermaidOf({ fragments }: Explanation): string {
  const nodes = fragments.flatMap((fragment) => fragment.nodes);
  return [
    'flowchart TD',
    ...nodes.map(
      ({ id, kind, what }) => `  ${id}["${kind === 'sink' ? '' : `${kind}<br>`}${escaped(cutTo(what, 80))}"]`,
    ),
    ...nodes.flatMap(({ id, inputs }) => inputs.map((input) => `  ${input} --> ${id}`)),
  ].join('\n');
}

function fragmentLines({ nodes, atRestUsd }: ExplainedFragment, title: string): string[] {
  const sinks = nodes.filter(({ kind }) => kind === 'sink');
  const steps = nodes.filter(({ kind }) => kind !== 'sink');
  const total = Object.values(atRestUsd).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(atRestUsd)
    .map(([service, amount]) => `${service} ${usd(amount)}`)
    .join(', ');
  return [
    ...(title === '' ? [''] : ['', title, '']),
    ...steps.flatMap(stepLines),
    ...sinks.map(({ what }, i) => `  ${i === sinks.length - 1 ? '└' : '├'}─► ${what}`),
    '',
    `${AT_REST} about ${usd(total)} a month (${parts})`,
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
