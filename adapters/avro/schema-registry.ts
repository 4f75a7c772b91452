/** A schema as its registry has it. */
export interface RegisteredSchema {
  /** The schema as JSON. */
  readonly definition: string;
  /** Schemas of named types that it refers to, each before those that need it. */
  readonly references: readonly string[];
}

/** Knows schemas by the id that stands in each record. An id's schema never changes. */
export interface SchemaRegistry {
  /**
   * @returns undefined when there is no such schema
   * @throws REGISTRY_UNAVAILABLE (unavailable) · SCHEMA_NOT_AVRO (data)
   */
  schemaOf(id: string): Promise<RegisteredSchema | undefined>;
}
