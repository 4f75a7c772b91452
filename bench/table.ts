import Table from 'cli-table3';
import type { Figure } from './rounds.ts';

export function tableOf(head: string[]): Table.Table {
  return new Table({
    head,
    colAligns: ['left', ...head.slice(1).map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  });
}

export function row(name: string, { median, least, most }: Figure, show: (value: number) => string): string[] {
  return [name, show(median), `${show(least)} – ${show(most)}`];
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;
