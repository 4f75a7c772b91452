import { invalid } from '../service-error.ts';
import type { Members } from '../request.ts';
import { checkCondition, checkPaths, checkUpdate } from './check.ts';
import { parseExpression } from './parse.ts';
import { Scope } from './scope.ts';
import { ExpressionError, type Action, type Condition, type Parsed, type Path } from './syntax.ts';

/** The expressions of one request. */
export type Expressions = Partial<Parsed> & { readonly scope: Scope };

type Kind = keyof Parsed;

/** The parameters of before there were expressions, which are not served. */
const LEGACY = [
  'AttributesToGet',
  'AttributeUpdates',
  'ConditionalOperator',
  'Expected',
  'KeyConditions',
  'QueryFilter',
  'ScanFilter',
];

/** @throws ValidationException when one of them is wrong, or a name or value is used by none */
export function expressionsOf(members: Members, kinds: readonly Kind[]): Expressions {
  const legacy = LEGACY.filter((name) => (members[name] ?? undefined) !== undefined);
  if (legacy.length > 0)
    throw invalid(`Legacy parameters are not served here, got ${legacy.join(', ')}; use expressions`);
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = members;
  const given = kinds.filter((kind) => (members[kind] ?? undefined) !== undefined);
  if (given.length === 0) {
    if ((names ?? undefined) !== undefined)
      throw invalid('ExpressionAttributeNames can only be specified when using expressions');
    const withValues = kinds.filter((kind) => kind !== 'ProjectionExpression');
    if ((values ?? undefined) !== undefined && withValues.length > 0)
      throw invalid(
        `ExpressionAttributeValues can only be specified when using expressions: ${withValues.join(' and ')} ${withValues.length > 1 ? 'are' : 'is'} null`,
      );
    return { scope: NOTHING };
  }
  const scope = new Scope(names, values);
  const parsed = given.map((kind) => [kind, checked(kind, members[kind], scope)] as const);
  scope.requireAllUsed();
  return { ...(Object.fromEntries(parsed) as Partial<Parsed>), scope };
}

const NOTHING = new Scope(undefined, undefined);

function checked(kind: Kind, text: unknown, scope: Scope): Parsed[Kind] {
  try {
    const parsed = parseExpression(kind, String(text));
    if (kind === 'UpdateExpression') checkUpdate(parsed as readonly Action[], scope);
    else if (kind === 'ProjectionExpression') checkPaths(parsed as readonly Path[], scope);
    else checkCondition(parsed as Condition, scope);
    return parsed;
  } catch (error) {
    if (error instanceof ExpressionError) throw invalid(`Invalid ${kind}: ${error.message}`);
    throw error;
  }
}
