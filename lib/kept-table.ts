import { BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITable, TableProps } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { removalOf } from './removal.ts';
import type { StageSettings } from './settings.ts';

/** The longest that DynamoDB offers. */
const MOST_RECOVERY_DAYS = 35;

/**
 * A table that is paid per request, can be set back to any second of the last `recoveryDays`, and outlives its stack where the stage
 * retains data.
 *
 * @param retainedName of the table that an earlier stack has left: it is taken over as it is; undefined: a new one
 */
export function keptTable(
  scope: Construct,
  settings: StageSettings,
  keys: Pick<TableProps, 'partitionKey' | 'sortKey'>,
  retainedName: string | undefined,
  recoveryDays = MOST_RECOVERY_DAYS,
): ITable {
  if (retainedName !== undefined) return Table.fromTableName(scope, 'Table', retainedName);
  const table = new Table(scope, 'Table', {
    ...keys,
    billingMode: BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: recoveryDays },
    deletionProtection: settings.retainData,
    removalPolicy: removalOf(settings),
  });
  return table as ITable;
}
