import { Construct } from 'constructs';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { DeployedTopology } from '../deployed-topology.ts';
import type { StageSettings } from '../settings.ts';
import { LakeBucket } from './lake-bucket.ts';
import { resultColumns } from './lake-columns.ts';
import { LakeFirehose } from './lake-firehose.ts';
import { LakeQueries } from './lake-queries.ts';
import { LakeTables } from './lake-tables.ts';

export interface LakeProps {
  readonly topology: DeployedTopology;
  readonly settings: StageSettings;
  /** Beginning of physical names, e.g. `Tidemark-flights-dev`. */
  readonly name: string;
}

/**
 * The lake of a pipeline: its files, the tables over them, and queries to begin with.
 *
 * Late records and dead letters are written by the function itself in every stage. Results go through Firehose or not, as
 * the stage says; a pipeline without `lake()` has none here.
 */
export class Lake extends Construct {
  readonly files: LakeBucket;
  readonly firehose: LakeFirehose | undefined;

  constructor(scope: Construct, id: string, { topology, settings, name }: LakeProps) {
    super(scope, id);
    const { lakeDelivery: delivery } = settings;
    const folder = topology.name;
    this.files = new LakeBucket(this, 'Files', { settings, folder });
    const { bucket } = this.files;
    const kinds = topology.sinks.map(({ kind }) => kind);
    const results = kinds.includes('lake') ? resultColumns(topology) : undefined;
    const byFirehose = results !== undefined && delivery.by === 'firehose';
    const tables = new LakeTables(this, 'Tables', {
      database: name.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_'),
      location: `s3://${bucket.bucketName}/${folder}`,
      format: byFirehose ? delivery.format : 'gzip-ndjson',
      results,
      sideOutputs: topology.sideOutputs,
      oversized: byFirehose || kinds.includes('stream') ? resultColumns(topology) : undefined,
    });
    new LakeQueries(this, 'Queries', { name, database: tables.database.ref, results });
    this.firehose =
      byFirehose && tables.results
        ? new LakeFirehose(this, 'Firehose', {
            bucket,
            folder,
            delivery,
            database: tables.database,
            table: tables.results,
            settings,
          })
        : undefined;
  }

  /** Environment of the functions. */
  get environment(): { readonly TIDEMARK_LAKE: string; readonly TIDEMARK_LAKE_FIREHOSE: string } {
    return { TIDEMARK_LAKE: this.files.url, TIDEMARK_LAKE_FIREHOSE: this.firehose?.stream.ref ?? '' };
  }

  /** Write only. */
  grantAppend(grantee: IGrantable & Construct): void {
    this.files.grantAppend(grantee);
    this.firehose?.grantPut(grantee);
  }
}
