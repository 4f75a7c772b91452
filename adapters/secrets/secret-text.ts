import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { TidemarkError } from '../../engine/errors.ts';
import { awsFailure } from '../shared/aws-failure.ts';

/**
 * The text of a secret, as it is now.
 *
 * @throws SECRET_UNAVAILABLE (unavailable), SECRET_REFUSED, SECRET_MALFORMED (invalid)
 */
export async function secretText(client: SecretsManagerClient, arn: string): Promise<string> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn })).catch((error: unknown) => {
    throw awsFailure(error, { code: 'SECRET', action: 'read the secret', resource: `secret ${arn}` });
  });
  if (SecretString !== undefined) return SecretString;
  throw new TidemarkError('invalid', 'SECRET_MALFORMED', `secret ${arn} must be text, got bytes; put JSON there`);
}
