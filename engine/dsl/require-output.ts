import { requireSetting } from '../errors.ts';

const OUTPUT_NAME = /^[a-z][a-z0-9-]{0,62}$/;

export function requireOutput(output: string, known: readonly string[]): void {
  requireSetting(
    'output',
    output,
    OUTPUT_NAME.test(output),
    'lower case letters, digits and hyphens, beginning with a letter, at most 63',
    "pass a name such as 'refunds'",
  );
  requireSetting('output', output, !known.includes(output), 'a name that is not taken', 'choose another name');
}
