import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { kinesisStream, type ExistingStreams } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';

export interface OutputStreamProps {
  /** Stream name as the pipeline gives it. */
  readonly stream: string;
  readonly settings: StageSettings;
  /** Streams that exist already. */
  readonly existing: ExistingStreams;
}

/** The Kinesis stream that gets every result: created here, or one that exists already. */
export class OutputStream extends Construct {
  readonly stream: IStream;

  constructor(scope: Construct, id: string, { stream, settings, existing }: OutputStreamProps) {
    super(scope, id);
    this.stream = kinesisStream(this, stream, settings, existing);
  }

  grantPublish(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['kinesis:PutRecords'], resourceArns: [this.stream.streamArn] });
    this.stream.encryptionKey?.grant(grantee, 'kms:GenerateDataKey');
  }
}
