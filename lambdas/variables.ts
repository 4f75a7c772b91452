import { requireSetting } from '../engine/errors.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export const SECRET_RULE = 'the ARN of a secret or file:///….json';
export const isSecret = (value: string): boolean =>
  value === '' || /^(arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+|file:\/\/\/.+)$/.test(value);

/** Reads the environment variable by variable. @throws INVALID_SETTING naming the variable */
export function reader<Environment>(variables: Variables) {
  return (name: keyof Environment & string, valid: (value: string) => boolean, rule: string, fallback = ''): string => {
    const value = variables[name] ?? fallback;
    return requireSetting(name, value, valid(value), rule, 'set it in the environment of the function');
  };
}
