import { AttributeType } from 'aws-cdk-lib/aws-dynamodb';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ResultShape } from '../../engine/plan/results.ts';
import { sortKeyOf } from '../../engine/outputs.ts';
import { keptTable } from '../kept-table.ts';
import type { StageSettings } from '../settings.ts';

/** In statements where they suffice, else by puts: see ResultTableSink. */
const WRITES = ['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate', 'dynamodb:PutItem'];

export interface ResultsTableProps {
  /** What tells the results of one key apart. */
  readonly identity: ResultShape['identity'];
  readonly settings: StageSettings;
  /** Of an earlier stack; undefined: a new table. */
  readonly retainedName: string | undefined;
}

/** One item per key and window, or per key and number: query a key for a range. */
export class ResultsTable extends Construct {
  readonly table: ITable;
  /** It is of an earlier stack, and has the keys that it has. */
  readonly isRetained: boolean;

  constructor(scope: Construct, id: string, { identity, settings, retainedName }: ResultsTableProps) {
    super(scope, id);
    const partitionKey = { name: 'key', type: AttributeType.STRING };
    const sortKey = { name: sortKeyOf(identity), type: AttributeType.NUMBER };
    this.isRetained = retainedName !== undefined;
    this.table = keptTable(this, settings, { partitionKey, sortKey }, retainedName);
  }

  /** Written under the condition of the revision; a retraction is a tombstone, not a delete (PL-17). Keys of a table that is taken over are looked at. */
  grantPublish(grantee: IGrantable): Grant {
    const actions = this.isRetained ? ['dynamodb:DescribeTable', ...WRITES] : WRITES;
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.table.tableArn] });
  }
}
