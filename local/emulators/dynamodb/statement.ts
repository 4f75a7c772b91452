/**
 * Of PartiQL what writes one item under a condition, or reads one:
 *
 *     INSERT INTO "t" VALUE {'a': ?, …}                              put, unless there is an item
 *     UPDATE "t" SET "a" = ? … REMOVE "b" … WHERE "key" = ? AND …    update, if there is an item for which all holds
 *     DELETE FROM "t" WHERE "key" = ? AND …                          delete, likewise
 *     SELECT * FROM "t" WHERE "key" = ? AND …                        get, by the whole key
 *
 * Terms are `=`, `<>`, `<`, `<=`, `>`, `>=`, `IS MISSING`, `IS NOT MISSING`; values are parameters.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.html
 */
export interface Statement {
  readonly verb: 'INSERT' | 'UPDATE' | 'DELETE' | 'SELECT';
  readonly table: string;
  /** Attributes that get the first parameters, in their order. */
  readonly sets: readonly string[];
  readonly removes: readonly string[];
  /** Which take the parameters behind those. */
  readonly terms: readonly Term[];
  readonly parameters: number;
}

export interface Term {
  readonly name: string;
  readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'IS MISSING' | 'IS NOT MISSING';
}

export const MAX_STATEMENT_LENGTH = 8_192;
const INSERT = /^INSERT INTO "([\w.-]+)" VALUE \{(.*)\}$/i;
const OTHER = /^(?:(UPDATE) |(DELETE) FROM |(SELECT) \* FROM )"([\w.-]+)" ?(.*?) ?WHERE (.*)$/i;
const TERM = /^"([^"]+)" ?(?:(=|<>|<=?|>=?) ?\?|(IS MISSING|IS NOT MISSING))$/i;
/** Programs have few texts, and use them often. */
const MAX_KNOWN = 1_000;
const known = new Map<string, Statement>();

/** @returns undefined for what is no statement of these */
export function parseStatement(text: string): Statement | undefined {
  const found = known.get(text);
  if (found !== undefined) return found;
  const parsed = text.length > MAX_STATEMENT_LENGTH ? undefined : (insertIn(text) ?? otherIn(text));
  if (parsed === undefined) return undefined;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, parsed);
  return parsed;
}

function insertIn(text: string): Statement | undefined {
  const [, table, tuple] = INSERT.exec(text) ?? [];
  if (table === undefined || tuple === undefined) return undefined;
  const sets = allOf(tuple.split(/, ?/), (pair) => /^'([^']+)' ?: ?\?$/.exec(pair)?.[1]);
  return sets && { verb: 'INSERT', table, sets, removes: [], terms: [], parameters: sets.length };
}

function otherIn(text: string): Statement | undefined {
  const [, update, remove, select, table, clauses = '', where = ''] = OTHER.exec(text) ?? [];
  const verb = (update ?? remove ?? select)?.toUpperCase() as Statement['verb'] | undefined;
  if (verb === undefined || table === undefined) return undefined;
  const actions = clauses === '' ? [] : clauses.split(/ (?=SET |REMOVE )/i);
  if (actions.length > 0 !== (verb === 'UPDATE')) return undefined;
  const sets = actions.filter((action) => /^SET /i.test(action));
  const setNames = allOf(sets, (action) => /^SET "([^"]+)" ?= ?\?$/i.exec(action)?.[1]);
  const others = actions.filter((action) => !sets.includes(action));
  const removes = allOf(others, (action) => /^REMOVE "([^"]+)"$/i.exec(action)?.[1]);
  const terms = allOf(where.split(/ AND /i), termIn);
  if (setNames === undefined || removes === undefined || terms === undefined) return undefined;
  const bound = terms.filter(({ operator }) => !operator.startsWith('IS'));
  return { verb, table, sets: setNames, removes, terms, parameters: setNames.length + bound.length };
}

function termIn(text: string): Term | undefined {
  const [, name, comparator, missing] = TERM.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { name, operator: (comparator ?? missing?.toUpperCase()) as Term['operator'] };
}

function allOf<T>(texts: readonly string[], parse: (text: string) => T | undefined): T[] | undefined {
  const parsed = texts.map(parse);
  return parsed.includes(undefined) ? undefined : (parsed as T[]);
}
