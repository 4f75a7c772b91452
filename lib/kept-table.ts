import { BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { TableProps } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { removalOf } from './removal.ts';
import type { StageSettings } from './settings.ts';

/** A table that is paid per request, can be set back to any second of the last 35 days, and outlives its stack where the stage retains data. */
export function keptTable(scope: Construct, settings: StageSettings, keys: Pick<TableProps, 'partitionKey' | 'sortKey'>): Table {
  return new Table(scope, 'Table', {
    ...keys,
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: settings.retainData,
    removalPolicy: removalOf(settings),
  });
}
