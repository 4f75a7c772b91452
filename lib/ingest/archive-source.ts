import type { CfnDeliveryStreamProps } from 'aws-cdk-lib/aws-kinesisfirehose';
import { TidemarkError } from '../../engine/errors.ts';
import type { FirehoseRole } from '../firehose-role.ts';
import type { Ingest } from './ingest.ts';

/**
 * What a Firehose stream reads, with the rights for it.
 *
 * @throws SOURCE_NOT_ARCHIVED (invalid) when Firehose cannot get at it
 */
export function archiveSource(role: FirehoseRole, ingest: Ingest): Pick<CfnDeliveryStreamProps, 'deliveryStreamType' | 'kinesisStreamSourceConfiguration'> {
  if (ingest.kind === 'kafka') throw new TidemarkError('invalid', 'SOURCE_NOT_ARCHIVED', `source to archive must be kinesis({ … }), got kafka({ topic: ${JSON.stringify(ingest.topic)} }); leave archive out`);
  const { streamArn: kinesisStreamArn } = ingest.stream;
  role.allow(['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'], kinesisStreamArn);
  return { deliveryStreamType: 'KinesisStreamAsSource', kinesisStreamSourceConfiguration: { kinesisStreamArn, roleArn: role.roleArn } };
}
