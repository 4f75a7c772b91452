import { requireSetting } from '../errors.ts';

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Refuses what cannot name tables, folders and metrics. @throws INVALID_SETTING */
export function requirePipelineName(name: string): void {
  const rule = 'lower case letters, digits and hyphens, beginning with a letter, at most 63';
  requireSetting('pipeline name', name, NAME.test(name), rule, "pass a name such as 'flights'");
}
