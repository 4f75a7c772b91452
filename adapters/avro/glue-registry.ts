import { EntityNotFoundException, GetSchemaVersionCommand, type GlueClient } from '@aws-sdk/client-glue';
import { TidemarkError } from '../../engine/errors.ts';
import { awsFailure } from '../shared/aws-failure.ts';
import type { RegisteredSchema, SchemaRegistry } from './schema-registry.ts';

/** The AWS Glue schema registry. @see https://docs.aws.amazon.com/glue/latest/dg/schema-registry.html */
export class GlueRegistry implements SchemaRegistry {
  readonly #client: GlueClient;

  constructor(client: GlueClient) {
    this.#client = client;
  }

  async schemaOf(id: string): Promise<RegisteredSchema | undefined> {
    try {
      const { SchemaDefinition, DataFormat } = await this.#client.send(
        new GetSchemaVersionCommand({ SchemaVersionId: id }),
      );
      if (SchemaDefinition === undefined) return undefined;
      if (DataFormat === undefined || DataFormat === 'AVRO') return { definition: SchemaDefinition, references: [] };
      throw new TidemarkError(
        'data',
        'SCHEMA_NOT_AVRO',
        `schema ${id} must be Avro, got ${DataFormat}; use the Avro serializer in the producer`,
      );
    } catch (error) {
      if (error instanceof EntityNotFoundException) return undefined;
      if (error instanceof TidemarkError) throw error;
      throw awsFailure(error, {
        code: 'REGISTRY',
        action: `get schema version ${id}`,
        resource: 'the Glue schema registry',
      });
    }
  }
}
