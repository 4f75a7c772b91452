import { requireSetting } from '../engine/errors.ts';

const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/;

/** @throws INVALID_SETTING */
export function requireSecretArn(name: string, arn: string): void {
  requireSetting(
    name,
    arn,
    SECRET_ARN.test(arn),
    'the ARN of a secret',
    'copy it from aws secretsmanager describe-secret',
  );
}
