import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf, TidemarkError } from '../engine/errors.ts';

/** Fields of a secret, all of them text. */
export type SecretFields = Readonly<Record<string, string>>;

/**
 * A secret as JSON, read anew with every call: it may have been rotated since. No error repeats what is in it.
 *
 * @param address ARN of a secret, or `file:///….json`
 * @throws SECRET_MALFORMED, SECRET_REFUSED (invalid), SECRET_UNAVAILABLE (unavailable)
 */
export async function secretAt(address: string): Promise<SecretFields> {
  const text = await (address.startsWith('file:') ? fileText(address) : managedText(address));
  const fields = parsed(text);
  if (fields !== undefined) return fields;
  throw new TidemarkError(
    'invalid',
    'SECRET_MALFORMED',
    `secret ${address} must be a JSON object of texts, got ${text.length} characters that are not; correct it`,
  );
}

/**
 * A secret with a name and a password, as Secrets Manager and Lambda know it.
 *
 * @throws SECRET_MALFORMED, SECRET_REFUSED (invalid), SECRET_UNAVAILABLE (unavailable)
 */
export async function passwordAt(address: string): Promise<{ readonly username: string; readonly password: string }> {
  const fields = await secretAt(address);
  const { username = '', password = '' } = fields;
  if (username !== '' && password !== '') return { username, password };
  throw new TidemarkError(
    'invalid',
    'SECRET_MALFORMED',
    `secret ${address} must have the fields username and password with text, got ${JSON.stringify(Object.keys(fields))}; put them there`,
  );
}

async function fileText(address: string): Promise<string> {
  try {
    return await readFile(fileURLToPath(address), 'utf8');
  } catch (cause) {
    throw new TidemarkError(
      'invalid',
      'SECRET_REFUSED',
      `secret ${address} must be a file that can be read, got ${messageOf(cause)}; correct its place`,
      { cause },
    );
  }
}

/** Loaded where there is such a secret: most functions have none. */
async function managedText(arn: string): Promise<string> {
  const [{ SecretsManagerClient }, { secretText }] = await Promise.all([
    import('@aws-sdk/client-secrets-manager'),
    import('../adapters/secrets/secret-text.ts'),
  ]);
  return secretText(new SecretsManagerClient({}), arn);
}

/** @returns undefined when it is something else; the parser's own words would repeat the secret */
function parsed(text: string): SecretFields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && Object.values(value).every((field) => typeof field === 'string')
      ? (value as SecretFields)
      : undefined;
  } catch {
    return undefined;
  }
}
