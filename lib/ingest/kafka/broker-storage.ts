import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { Construct } from 'constructs';

/** The most that a broker has [GiB]. */
const MAX_STORAGE_GIB = 16_384;

/** Disks of brokers that grow when they are three fifths full, and never shrink: Kafka's cannot. */
export function growingStorage(scope: Construct, clusterArn: string, storageGiB: number): void {
  const target = new CfnScalableTarget(scope, 'Storage', {
    serviceNamespace: 'kafka',
    resourceId: clusterArn,
    scalableDimension: 'kafka:broker-storage:VolumeSize',
    minCapacity: storageGiB,
    maxCapacity: MAX_STORAGE_GIB,
  });
  new CfnScalingPolicy(scope, 'StorageGrows', {
    policyName: 'storage-grows',
    policyType: 'TargetTrackingScaling',
    scalingTargetId: target.ref,
    targetTrackingScalingPolicyConfiguration: {
      predefinedMetricSpecification: { predefinedMetricType: 'KafkaBrokerStorageUtilization' },
      targetValue: 60,
      disableScaleIn: true,
    },
  });
}
