import { Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { TidemarkError } from '../../engine/errors.ts';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { DeployedSource } from '../deployed-topology.ts';
import type { Grantee } from '../ingest/kafka/cluster.ts';
import type { StageSettings } from '../settings.ts';

/** How functions get the schemas of the records that they read. */
export interface SchemaAccess {
  readonly environment: Partial<
    Pick<FunctionEnvironment, 'TIDEMARK_SCHEMA_REGISTRY' | 'TIDEMARK_SCHEMA_REGISTRY_SECRET'>
  >;
  grantRead(reader: Grantee): void;
}

/**
 * What the format of a source asks for.
 *
 * @param pipeline its name, for the error
 * @throws NEEDS_SCHEMA_REGISTRY (invalid) when the stage does not say where it is
 */
export function schemaAccess(
  pipeline: string,
  { format }: DeployedSource,
  { schemaRegistry }: StageSettings,
): SchemaAccess {
  if (format.kind === 'json') return { environment: {}, grantRead: () => undefined };
  if (format.registry === 'glue') return { environment: {}, grantRead: grantGlue };
  if (schemaRegistry === undefined) {
    throw new TidemarkError(
      'invalid',
      'NEEDS_SCHEMA_REGISTRY',
      `schemaRegistry of the stage must be the place of the schemas that ${pipeline} reads, got none; pass { address: 'https://…' }`,
    );
  }
  const { address, secretArn } = schemaRegistry;
  return {
    environment: {
      TIDEMARK_SCHEMA_REGISTRY: address,
      ...(secretArn === undefined ? {} : { TIDEMARK_SCHEMA_REGISTRY_SECRET: secretArn }),
    },
    grantRead: (grantee) =>
      secretArn !== undefined &&
      Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns: [secretArn] }),
  };
}

/** @see https://github.com/awslabs/aws-glue-schema-registry/issues/68 */
function grantGlue(grantee: Grantee): void {
  Grant.addToPrincipal({ grantee, actions: ['glue:GetSchemaVersion'], resourceArns: ['*'] });
  Validations.of(grantee).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'A record names the version of its schema by an id alone, and Glue knows no resource for that.',
  });
}
