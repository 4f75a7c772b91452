import type { Format } from '../engine/plan/source.ts';
import { requireSetting } from '../engine/errors.ts';
import type { RecordDecoder } from '../engine/ports.ts';
import type { FunctionEnvironment } from './environment.ts';
import { passwordAt } from './secret-at.ts';

/** Reads the source's format where that is not JSON. Loaded with the first record: most functions never need it. */
export function decoderOf(format: Format, environment: Required<FunctionEnvironment>): RecordDecoder | undefined {
  if (format.kind === 'json') return undefined;
  const { registry: kind, readerSchema } = format;
  const { TIDEMARK_SCHEMA_REGISTRY: address, TIDEMARK_SCHEMA_REGISTRY_SECRET: secret } = environment;
  if (kind === 'confluent')
    requireSetting(
      'TIDEMARK_SCHEMA_REGISTRY',
      address,
      address !== '',
      'the address of the schema registry',
      'set it in the environment of the function',
    );
  let loaded: Promise<RecordDecoder> | undefined;
  const load = async (): Promise<RecordDecoder> => {
    const [{ AvroDecoder }, { readConfluent, readGlue }] = await Promise.all([
      import('../adapters/avro/avro-decoder.ts'),
      import('../adapters/avro/wire-format.ts'),
    ]);
    if (kind === 'confluent') {
      const { ConfluentRegistry } = await import('../adapters/avro/confluent-registry.ts');
      return new AvroDecoder({
        frame: readConfluent,
        registry: new ConfluentRegistry(address, secret === '' ? undefined : () => passwordAt(secret)),
        readerSchema,
      });
    }
    const [{ GlueRegistry }, { GlueClient }] = await Promise.all([
      import('../adapters/avro/glue-registry.ts'),
      import('@aws-sdk/client-glue'),
    ]);
    return new AvroDecoder({ frame: readGlue, registry: new GlueRegistry(new GlueClient({})), readerSchema });
  };
  return { decode: async (records) => (await (loaded ??= load())).decode(records) };
}
