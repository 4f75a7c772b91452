import { codeText } from './code-text.ts';
import type { LogicalPlan } from './logical-plan.ts';

/** A plan as JSON: of code its text, of a schema its vendor, of aggregates and windows how they are described. */
export function planJson({ name, nodes }: LogicalPlan): unknown {
  return { name, nodes: nodes.map((node) => serialisable(node)) };
}

function serialisable(value: unknown): unknown {
  if (typeof value === 'function') return { code: codeText(value as (...given: never[]) => unknown) };
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return value.map(serialisable);
  if (typeof value !== 'object' || value === null) return value;
  if ('~standard' in value) return { schema: (value as { '~standard': { vendor: string } })['~standard'].vendor };
  if ('descriptor' in value && !('type' in value)) return (value as { descriptor: string }).descriptor;
  return Object.fromEntries(Object.entries(value).map(([field, part]) => [field, serialisable(part)]));
}
