import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { dynamoDbClient } from '../../adapters/dynamodb/client.ts';

/** What an operator's command asks in an account. Region and credentials are those of the environment. */
export interface StackClients {
  readonly cloudformation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly kinesis: KinesisClient;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
}

/** What the doctor asks besides. */
export interface DoctorClients extends StackClients {
  readonly kms: KMSClient;
  readonly scheduler: SchedulerClient;
}

export function stackClients(): DoctorClients {
  const settings = () => ({
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
    }),
  });
  return {
    cloudformation: new CloudFormationClient(settings()),
    lambda: new LambdaClient(settings()),
    kinesis: new KinesisClient(settings()),
    dynamodb: dynamoDbClient({ requestTimeoutMs: 20_000 }),
    s3: new S3Client(settings()),
    kms: new KMSClient(settings()),
    scheduler: new SchedulerClient(settings()),
  };
}
