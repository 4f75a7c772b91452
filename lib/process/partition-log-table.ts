import { AttributeType } from 'aws-cdk-lib/aws-dynamodb';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { keptTable } from '../kept-table.ts';
import type { StageSettings } from '../settings.ts';

export interface PartitionLogTableProps {
  readonly settings: StageSettings;
  /** Of an earlier stack; undefined: a new table. */
  readonly retainedName: string | undefined;
}

/**
 * The ring of slots that holds the partition logs.
 *
 * A table of one region: a global table settles conflicts by last writer, and the log's fence is a condition. No time to
 * live: slots are never deleted (PL-2).
 */
export class PartitionLogTable extends Construct {
  readonly table: ITable;

  constructor(scope: Construct, id: string, { settings, retainedName }: PartitionLogTableProps) {
    super(scope, id);
    this.table = keptTable(
      this,
      settings,
      { partitionKey: { name: 'slotKey', type: AttributeType.STRING } },
      retainedName,
      settings.recoveryDays,
    );
  }

  /** Commit and read back. Neither delete nor update: a slot is only ever overwritten under its condition (PL-1, PL-2). */
  grantCommit(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:BatchGetItem'],
      resourceArns: [this.table.tableArn],
    });
  }
}
