import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import type { EmulatorPlace } from './environment.ts';

/** Clients of one emulator, whatever the environment of this process says. */
export interface EmulatorClients {
  readonly cloudformation: CloudFormationClient;
  readonly s3: S3Client;
}

export function emulatorClients({ endpoint, region }: Pick<EmulatorPlace, 'endpoint' | 'region'>): EmulatorClients {
  const settings = { endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  return {
    cloudformation: new CloudFormationClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
  };
}
