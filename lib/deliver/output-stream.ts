import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { Construct } from 'constructs';
import { kinesisStream } from '../kinesis-stream.ts';
import type { StageSettings } from '../settings.ts';

export interface OutputStreamProps {
  /** Stream name as the pipeline gives it. */
  readonly stream: string;
  readonly settings: StageSettings;
}

/** The Kinesis stream that gets every result: created here, or one that exists already. */
export class OutputStream extends Construct {
  readonly stream: IStream;

  constructor(scope: Construct, id: string, { stream, settings }: OutputStreamProps) {
    super(scope, id);
    this.stream = kinesisStream(this, stream, settings);
  }

  grantPublish(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['kinesis:PutRecords'], resourceArns: [this.stream.streamArn] });
  }
}
