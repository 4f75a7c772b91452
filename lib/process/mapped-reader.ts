import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Function } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** What an event source mapping calls, and is a child of. */
export interface MappedReader extends Construct, IGrantable {
  readonly function: Function;
}
