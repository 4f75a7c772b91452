import { messageOf, TidemarkError } from '../../engine/errors.ts';
import type { RegisteredSchema, SchemaRegistry } from './schema-registry.ts';

const TIMEOUT_MS = 5_000;

interface SchemaAnswer {
  readonly schema?: string;
  /** Left out for Avro. */
  readonly schemaType?: string;
  readonly references?: ReadonlyArray<{ readonly subject: string; readonly version: number }>;
}

/** What a registry asks for that does not answer everybody. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/**
 * The Confluent schema registry, and those that speak as it does (Redpanda, Karapace, Apicurio's compatibility API).
 *
 * @see https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
export class ConfluentRegistry implements SchemaRegistry {
  readonly #base: string;
  readonly #credentials: () => Promise<RegistryCredentials | undefined>;
  /** undefined: to be read anew. */
  #headers: Promise<Readonly<Record<string, string>>> | undefined;

  /**
   * @param address `https://host`, or `https://user:secret@host`
   * @param credentials read anew whenever the registry does not accept them @default those in the address
   */
  constructor(address: string, credentials?: () => Promise<RegistryCredentials>) {
    const url = new URL(address);
    const [username, password] = [url.username, url.password].map(decodeURIComponent) as [string, string];
    url.username = '';
    url.password = '';
    this.#base = url.href.replace(/\/$/, '');
    this.#credentials = credentials ?? (async () => (username === '' ? undefined : { username, password }));
  }

  async schemaOf(id: string): Promise<RegisteredSchema | undefined> {
    const answer = await this.#get(`/schemas/ids/${id}`);
    if (answer?.schema === undefined) return undefined;
    if (answer.schemaType !== undefined && answer.schemaType !== 'AVRO') {
      throw new TidemarkError(
        'data',
        'SCHEMA_NOT_AVRO',
        `schema ${id} must be Avro, got ${answer.schemaType}; use the Avro serializer in the producer`,
      );
    }
    const references = new Map<string, string>();
    await this.#follow(answer, references);
    return { definition: answer.schema, references: [...references.values()] };
  }

  /** Adds what a schema refers to, the furthest first. */
  async #follow({ references = [] }: SchemaAnswer, found: Map<string, string>): Promise<void> {
    for (const { subject, version } of references) {
      const name = `${subject}/${version}`;
      if (found.has(name)) continue;
      const answer = await this.#get(`/subjects/${encodeURIComponent(subject)}/versions/${version}`);
      if (answer?.schema === undefined)
        throw unavailable(`tell version ${version} of ${subject}, to which a schema refers`, 'none');
      await this.#follow(answer, found);
      found.set(name, answer.schema);
    }
  }

  /** @returns undefined when the registry says that there is no such schema */
  async #get(path: string): Promise<SchemaAnswer | undefined> {
    try {
      const headers = await (this.#headers ??= this.#signIn());
      const response = await fetch(`${this.#base}${path}`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
      const body = (await response.json()) as SchemaAnswer & {
        readonly error_code?: number;
        readonly message?: string;
      };
      if (response.ok) return body;
      // 404 alone may be a proxy that knows nothing of schemas.
      if (response.status === 404 && String(body.error_code ?? '').startsWith('404')) return undefined;
      throw new Error(`status ${response.status}: ${body.message ?? 'no reason'}`);
    } catch (cause) {
      this.#headers = undefined;
      throw unavailable(`answer ${path}`, messageOf(cause), cause);
    }
  }

  async #signIn(): Promise<Readonly<Record<string, string>>> {
    const accept = 'application/vnd.schemaregistry.v1+json';
    const credentials = await this.#credentials();
    if (credentials === undefined) return { accept };
    const { username, password } = credentials;
    return { accept, authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  }
}

function unavailable(what: string, got: string, cause?: unknown): TidemarkError {
  return new TidemarkError(
    'unavailable',
    'REGISTRY_UNAVAILABLE',
    `schema registry must ${what}, got ${got}; see whether TIDEMARK_SCHEMA_REGISTRY is its address and it can be reached, it is asked again`,
    { cause },
  );
}
