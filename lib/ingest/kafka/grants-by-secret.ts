import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Grantee, KafkaGrants } from './cluster.ts';
import type { KafkaSecret } from './settings.ts';

/** Whoever has the secret has the rights of its user, which the cluster's owner gives: there is nothing to tell apart here. */
export function grantsBySecret({ secretArn, keyArn }: KafkaSecret<string>, caSecretArn?: string): KafkaGrants {
  const grantSecret = (grantee: Grantee): void => {
    const resourceArns = [secretArn, ...(caSecretArn === undefined ? [] : [caSecretArn])];
    Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns });
    if (keyArn !== undefined) Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [keyArn] });
  };
  return { grantPoll: grantSecret, grantRead: grantSecret, grantWrite: grantSecret, grantManage: grantSecret };
}
