import { Duration, Validations } from 'aws-cdk-lib';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Exchange } from '../../engine/plan/exchange.ts';
import type { StageSettings } from '../settings.ts';

export interface DoorbellQueueProps {
  readonly exchange: Pick<Exchange, 'id' | 'paceMs'>;
  readonly settings: Pick<StageSettings, 'timeoutMs'>;
}

/**
 * The queue through which senders call receivers (PL-38). It holds hints and no records: the rows are in the logs, and a
 * ring that is lost is made up for by the next tick.
 *
 * FIFO with the receiver as group, so that one call per receiver is at work, and one that fails keeps none of the others.
 */
export class DoorbellQueue extends Construct {
  readonly exchange: Pick<Exchange, 'id'>;
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { exchange, settings }: DoorbellQueueProps) {
    super(scope, id);
    this.exchange = exchange;
    this.queue = new Queue(this, 'Queue', {
      fifo: true,
      contentBasedDeduplication: false,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      // What comes meanwhile is left out, since it is for the same call.
      deliveryDelay: Duration.millis(exchange.paceMs),
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // As short as Lambda allows. AWS advises six times that, against calls of a batch that Lambda still tries to begin: here a
      // second call costs a refused put, while a receiver that failed, and all rings for it, wait until this is over.
      visibilityTimeout: Duration.millis(settings.timeoutMs),
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'A ring holds no data: one that expires is lost without harm, the tick calls every receiver that has work.',
    });
  }

  grantRing(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.queue.queueArn] });
  }

  /** What an event source mapping needs, whose rights are those of its function. */
  grantAnswer(grantee: IGrantable): void {
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.queue.queueArn] });
  }
}
