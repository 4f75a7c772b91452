import { Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { LAKE_DAYS } from '../../engine/lake-day.ts';
import type { LakeFormat } from '../settings.ts';
import { DAY, DEAD_LETTER_COLUMNS, LATE_COLUMNS, SIDE_OUTPUT_COLUMNS } from './lake-columns.ts';
import type { LakeColumn } from './lake-columns.ts';

export interface LakeTablesProps {
  /** Of the database: lower case letters, digits and underscores. */
  readonly database: string;
  /** Folder of the pipeline in the lake, e.g. `s3://bucket/flights`. */
  readonly location: string;
  /** What the result files are. */
  readonly format: LakeFormat;
  /** undefined: the pipeline has no results in the lake. */
  readonly results: readonly LakeColumn[] | undefined;
  /** Names of what branches and process functions send beside the results. */
  readonly sideOutputs: readonly string[];
  /** Results too large for a sink's records; undefined: there are none. */
  readonly oversized: readonly LakeColumn[] | undefined;
}

interface Storage {
  readonly classification: string;
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: string;
}

const STORAGE: Readonly<Record<LakeFormat, Storage>> = {
  parquet: {
    classification: 'parquet',
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  },
  'gzip-ndjson': {
    classification: 'json',
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    serde: 'org.openx.data.jsonserde.JsonSerDe',
  },
};

/**
 * Glue's tables over the files of the lake: `results`, `late`, `dead_letters`, and one per side output. Partitions are computed from the day of a
 * query, so no crawler has to find them and nothing has to be added day by day.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class LakeTables extends Construct {
  readonly database: CfnDatabase;
  readonly results: CfnTable | undefined;

  constructor(
    scope: Construct,
    id: string,
    { database, location, format, results, sideOutputs, oversized }: LakeTablesProps,
  ) {
    super(scope, id);
    const { account } = Stack.of(this);
    this.database = new CfnDatabase(this, 'Database', { catalogId: account, databaseInput: { name: database } });
    this.results =
      results && this.addTable('results', 'every firing of every window', `${location}/results`, format, results);
    if (oversized)
      this.addTable(
        'oversized',
        'results too large for a record of another sink',
        `${location}/oversized`,
        'gzip-ndjson',
        oversized,
      );
    for (const name of sideOutputs)
      this.addTable(
        `output_${name.replaceAll('-', '_')}`,
        `side output ${name}`,
        `${location}/outputs/${name}`,
        'gzip-ndjson',
        SIDE_OUTPUT_COLUMNS,
      );
    this.addTable('late', 'records whose windows had closed', `${location}/late`, 'gzip-ndjson', LATE_COLUMNS);
    this.addTable(
      'dead_letters',
      'records that could not be counted',
      `${location}/dead-letters`,
      'gzip-ndjson',
      DEAD_LETTER_COLUMNS,
    );
  }

  private addTable(
    name: string,
    description: string,
    location: string,
    format: LakeFormat,
    columns: readonly LakeColumn[],
  ): CfnTable {
    const { classification, inputFormat, outputFormat, serde } = STORAGE[format];
    return new CfnTable(this, name, {
      catalogId: Stack.of(this).account,
      databaseName: this.database.ref,
      tableInput: {
        name,
        description,
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: DAY, type: 'string', comment: 'yyyy-mm-dd, UTC' }],
        parameters: {
          EXTERNAL: 'TRUE',
          classification,
          'projection.enabled': 'true',
          [`projection.${DAY}.type`]: 'date',
          [`projection.${DAY}.format`]: 'yyyy-MM-dd',
          [`projection.${DAY}.range`]: `${LAKE_DAYS.first},${LAKE_DAYS.last}`,
          'storage.location.template': `${location}/${DAY}=\${${DAY}}`,
        },
        storageDescriptor: {
          location: `${location}/`,
          inputFormat,
          outputFormat,
          serdeInfo: { serializationLibrary: serde },
          columns: [...columns],
        },
      },
    });
  }
}
