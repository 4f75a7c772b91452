import { Arn, ArnFormat, Duration, Stack, Token } from 'aws-cdk-lib';
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { requireSetting } from '../engine/errors.ts';
import { removalOf } from './removal.ts';
import type { StageSettings } from './settings.ts';

/** Streams that exist already, by their name in the pipeline; each with the key that it knows. */
export type ExistingStreams = Readonly<Record<string, IStream>>;

/**
 * A stream by its name in the pipeline: one that exists, as the construct or the stage says, or a new one.
 *
 * @throws INVALID_SETTING when a function of this stack could never read it
 */
export function kinesisStream(
  scope: Construct,
  name: string,
  settings: StageSettings,
  existing: ExistingStreams = {},
): IStream {
  const stream = (Object.hasOwn(existing, name) ? existing[name] : undefined) ?? existingStream(scope, name, settings);
  if (stream === undefined) return createdStream(scope, name, settings);
  requireSameRegion(scope, name, stream);
  return stream;
}

function existingStream(
  scope: Construct,
  name: string,
  { existingStreamArns, existingStreamKeyArns }: StageSettings,
): IStream | undefined {
  if (!Object.hasOwn(existingStreamArns, name)) return undefined;
  const streamArn = existingStreamArns[name] as string;
  const keyArn = Object.hasOwn(existingStreamKeyArns, name) ? existingStreamKeyArns[name] : undefined;
  if (keyArn === undefined) return Stream.fromStreamArn(scope, 'Stream', streamArn);
  return Stream.fromStreamAttributes(scope, 'Stream', {
    streamArn,
    encryptionKey: Key.fromKeyArn(scope, 'StreamKey', keyArn),
  });
}

function createdStream(scope: Construct, name: string, settings: StageSettings): Stream {
  const { stage, streamCapacity, streamRetentionHours } = settings;
  return new Stream(scope, 'Stream', {
    // Producers know a stream by its name, so prod has the very name; the other stages live beside it in one account.
    streamName: stage === 'prod' ? name : `${name}-${stage}`,
    ...(streamCapacity.mode === 'provisioned'
      ? { streamMode: StreamMode.PROVISIONED, shardCount: streamCapacity.shardCount }
      : { streamMode: StreamMode.ON_DEMAND }),
    retentionPeriod: Duration.hours(streamRetentionHours),
    encryption: StreamEncryption.MANAGED,
    removalPolicy: removalOf(settings),
  });
}

/** An event source mapping reads streams of its own region only; one of another account by its resource policy. */
function requireSameRegion(scope: Construct, name: string, { streamArn }: IStream): void {
  const { region } = Stack.of(scope);
  const given = partOf(streamArn, 'region');
  if (given === undefined || Token.isUnresolved(region)) return;
  const remedy = 'deploy the pipeline into the region of its stream';
  requireSetting(`stream ${name}`, streamArn, given === region, `in the region of its stack, ${region}`, remedy);
}

/** Whether the stream is known to be of another account than the stack. */
export function isOfAnotherAccount(scope: Construct, { streamArn }: IStream): boolean {
  const { account } = Stack.of(scope);
  const given = partOf(streamArn, 'account');
  return given !== undefined && !Token.isUnresolved(account) && given !== account;
}

/** @returns undefined: only the deployment knows it */
function partOf(arn: string, part: 'region' | 'account'): string | undefined {
  return Token.isUnresolved(arn) ? undefined : Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME)[part];
}
