import type { KeyAttribute, KeySchema } from './key.ts';
import {
  asStructure,
  flag,
  integer,
  isGiven,
  list,
  oneOf,
  structure,
  tableName,
  text,
  type Members,
} from './request.ts';
import { invalid, invalidParameters } from './service-error.ts';
import type { Table, TableDefinition } from './table.ts';
import type { TableStore } from './table-store.ts';

const MAX_PAGE = 100;
const MAX_UNITS = 1_000_000_000_000;
/** What a table has in AWS and not here. */
const NOT_SERVED = ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'];

/** Tables are ready at once: there is no state but ACTIVE. */
export function createTable(store: TableStore, members: Members, nowMs: number): object {
  const name = tableName(members);
  const missing = NOT_SERVED.find((member) => isGiven(members, member));
  if (missing !== undefined) throw invalidParameters(`${missing} are not served here, only on AWS`);
  if (
    isGiven(members, 'StreamSpecification') &&
    flag(structure(members, 'StreamSpecification'), 'StreamEnabled') === true
  )
    throw invalidParameters('StreamSpecification is not served here, only on AWS');
  const billing = billingOf(members);
  const table = store.create({ name, keys: keysOf(members), billing, createdAtMs: nowMs });
  return { TableDescription: describe(table) };
}

export function describeTable(store: TableStore, members: Members): object {
  return { Table: describe(store.table(tableName(members), true)) };
}

export function deleteTable(store: TableStore, members: Members): object {
  const table = store.table(tableName(members), true);
  store.drop(table);
  return { TableDescription: { ...describe(table), TableStatus: 'DELETING' } };
}

export function listTables(store: TableStore, members: Members): object {
  const limit = integer(members, 'Limit', [1, MAX_PAGE]) ?? MAX_PAGE;
  const after = text(members, 'ExclusiveStartTableName') ?? '';
  const names = store.names.filter((name) => name > after);
  const page = names.slice(0, limit);
  return { TableNames: page, ...(names.length > page.length ? { LastEvaluatedTableName: page.at(-1) } : {}) };
}

/** Items stay when they expire, as they do for days on AWS. */
export function updateTimeToLive(store: TableStore, members: Members): object {
  const table = store.table(tableName(members), true);
  const asked = structure(members, 'TimeToLiveSpecification');
  const [name, isOn] = [text(asked, 'AttributeName'), flag(asked, 'Enabled')];
  if (name === undefined || name === '' || isOn === undefined)
    throw invalid('TimeToLiveSpecification must have an AttributeName and Enabled');
  const { expiresBy } = table.definition;
  if (isOn === (expiresBy !== undefined)) throw invalid(`TimeToLive is already ${isOn ? 'enabled' : 'disabled'}`);
  store.setExpiry(table, isOn ? name : undefined);
  return { TimeToLiveSpecification: { AttributeName: name, Enabled: isOn } };
}

export function describeTimeToLive(store: TableStore, members: Members): object {
  const { expiresBy } = store.table(tableName(members), true).definition;
  return {
    TimeToLiveDescription:
      expiresBy === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: expiresBy },
  };
}

/** There are none here, and never were any. */
export function describeContinuousBackups(store: TableStore, members: Members): object {
  store.table(tableName(members), true);
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  };
}

function describe({ definition, count, bytes }: Table): object {
  const { name, id, createdAtMs, keys, billing } = definition;
  const given = keys.filter((key): key is KeyAttribute => key !== undefined);
  const isOnDemand = billing === 'PAY_PER_REQUEST';
  return {
    TableName: name,
    TableArn: `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`,
    TableId: id,
    TableStatus: 'ACTIVE',
    CreationDateTime: createdAtMs / 1000,
    KeySchema: given.map((key, i) => ({ AttributeName: key.name, KeyType: i === 0 ? 'HASH' : 'RANGE' })),
    AttributeDefinitions: given.map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
    ItemCount: count,
    TableSizeBytes: bytes,
    ...(isOnDemand ? { BillingModeSummary: { BillingMode: billing } } : {}),
    ProvisionedThroughput: {
      NumberOfDecreasesToday: 0,
      ReadCapacityUnits: isOnDemand ? 0 : billing.readUnits,
      WriteCapacityUnits: isOnDemand ? 0 : billing.writeUnits,
    },
  };
}

function billingOf(members: Members): TableDefinition['billing'] {
  const isOnDemand = oneOf(members, 'BillingMode', ['PROVISIONED', 'PAY_PER_REQUEST']) === 'PAY_PER_REQUEST';
  const isProvisioned = isGiven(members, 'ProvisionedThroughput');
  if (isOnDemand && isProvisioned)
    throw invalidParameters(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  if (isOnDemand) return 'PAY_PER_REQUEST';
  const units = isProvisioned ? structure(members, 'ProvisionedThroughput') : {};
  const readUnits = integer(units, 'ReadCapacityUnits', [1, MAX_UNITS]);
  const writeUnits = integer(units, 'WriteCapacityUnits', [1, MAX_UNITS]);
  if (readUnits === undefined || writeUnits === undefined)
    throw invalidParameters(
      'ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED',
    );
  return { readUnits, writeUnits };
}

function keysOf(members: Members): KeySchema {
  const definitions = list(members, 'AttributeDefinitions', 100).map((one) => {
    const definition = asStructure(one);
    const type = oneOf(definition, 'AttributeType', ['S', 'N', 'B']);
    return { name: text(definition, 'AttributeName') ?? '', type };
  });
  const schema = list(members, 'KeySchema', 2).map((one) => asStructure(one));
  const names = schema.map((key) => text(key, 'AttributeName') ?? '');
  const defined = definitions.map(({ name }) => name);
  if (names.some((name) => !defined.includes(name)))
    throw invalidParameters(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
    );
  if (names[0] === names[1])
    throw invalid('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  if (schema[0]?.['KeyType'] !== 'HASH')
    throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  if (schema[1] !== undefined && schema[1]['KeyType'] !== 'RANGE')
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  if (defined.length !== names.length)
    throw invalidParameters(
      'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    );
  const keys = names.map((name) => definitions.find((one) => one.name === name) as KeyAttribute);
  return keys as [KeyAttribute, KeyAttribute?];
}
