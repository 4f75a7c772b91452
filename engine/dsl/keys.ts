/** What rows are grouped by, as a node of the plan: fields, a function, or nothing, which is one key for all. */
import { requireSetting } from '../errors.ts';
import { codeText } from '../plan/code-text.ts';
import type { NewNode } from '../plan/logical-plan.ts';
import type { KeyByNode } from '../plan/node.ts';
import { exchangeFor, type ExchangeSettings } from './exchange-settings.ts';
import { requireNames } from './columns.ts';

/** A key that a function makes has no field to be named after. */
export interface ComputedKeySettings extends Pick<ExchangeSettings, 'receivers' | 'paceMs'> {
  /** What the key is called: letters, digits, hyphens and underscores, 60 at most. @example 'route' */
  readonly name: string;
  /** The name of the exchange. @default 'by-' and the name of the key */
  readonly exchange?: string;
}

/** One receiver has all rows. */
export type KeyAllSettings = Pick<ExchangeSettings, 'name' | 'paceMs'>;

export type KeyOf = (value: never) => string | number;
/** Fields, and behind them the settings of their exchange; or a function, and its settings. */
export type KeyByArguments = ReadonlyArray<string | KeyOf | ExchangeSettings | ComputedKeySettings>;

const KEY_NAME = /^[A-Za-z0-9_-]{1,60}$/;

/** @param partitionKey of the source; undefined: no partition holds all of a key */
export function keyByNode(partitionKey: string | undefined, given: KeyByArguments): NewNode<KeyByNode> {
  const [first, second] = given;
  if (typeof first === 'function') return computedNode(first, second as Partial<ComputedKeySettings> | undefined);
  const keyFields = given.filter((one) => typeof one === 'string');
  const rule = 'one field or more, each once';
  const isFine = keyFields.length > 0 && new Set(keyFields).size === keyFields.length;
  requireSetting('keyBy', keyFields, isFine, rule, "pass the fields of a key, such as 'origin'");
  // Of several fields each is shown among the values, so none may have the name of something else there.
  if (keyFields.length > 1) requireNames(keyFields, []);
  const settings = given.find((one): one is ExchangeSettings => typeof one === 'object');
  const exchange = exchangeFor(partitionKey, keyFields, settings);
  const node = { kind: 'keyBy', keyFields: Object.freeze(keyFields) } as const;
  return exchange === undefined ? node : { ...node, exchange };
}

/** One key for all rows: one receiver has all of them, whatever number there might be. */
export function keyAllNode({ name = 'all', ...pace }: KeyAllSettings = {}): NewNode<KeyByNode> {
  const computed = { keyOf: () => 'all', descriptor: 'one key for every record' };
  return withComputed('all', computed, { ...pace, name, receivers: [1] });
}

function computedNode(keyOf: KeyOf, settings: Partial<ComputedKeySettings> = {}): NewNode<KeyByNode> {
  const { name = '', exchange, receivers, paceMs } = settings;
  const plain = 'letters, digits, hyphens and underscores, at most 60';
  requireSetting('name of the key', name, KEY_NAME.test(name), plain, "pass { name: 'route' } behind the function");
  const rest = {
    ...(exchange === undefined ? {} : { name: exchange }),
    ...(receivers === undefined ? {} : { receivers }),
    ...(paceMs === undefined ? {} : { paceMs }),
  };
  return withComputed(name, { keyOf, descriptor: codeText(keyOf) }, rest);
}

function withComputed(
  name: string,
  computed: NonNullable<KeyByNode['computed']>,
  settings: ExchangeSettings,
): NewNode<KeyByNode> {
  const keyFields = Object.freeze([name]);
  const exchange = Object.freeze({ ...exchangeFor(undefined, keyFields, settings), isComputed: true });
  return { kind: 'keyBy', keyFields, computed: Object.freeze(computed), exchange };
}
