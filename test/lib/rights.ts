import type { Template } from 'aws-cdk-lib/assertions';

/** An IAM statement that allows something. */
export interface Right {
  readonly actions: readonly string[];
  /** As text, logical ids without their hash, of this template or another: `PartitionLogTable.Arn`, `SnapshotsBucket.Arn/snapshots/*`; parts by their index. */
  readonly resources: readonly string[];
}

/** What a resource lets somebody do who is not named by a role of the template. */
export interface Invitation extends Right {
  /** `cloudwatch.amazonaws.com`, or the account itself: `account`. */
  readonly who: string;
  /** Condition keys that hold, sorted: `aws:SourceAccount`. */
  readonly conditions: readonly string[];
}

/** Every allowing statement of the roles of a template, in whatever resource it hides. Trust policies have no resource and are left out. */
export function rightsOf(template: Template): Right[] {
  return [...statementsIn(template.toJSON())].filter((statement) => !('Principal' in statement)).map(rightOf);
}

/** Every allowing statement of the policies of resources: keys, topics, buckets. */
export function invitationsOf(template: Template): Invitation[] {
  return [...statementsIn(template.toJSON())]
    .filter((statement) => 'Principal' in statement)
    .map((statement) => ({
      ...rightOf(statement),
      who: whoOf(statement['Principal']),
      conditions: conditionKeys(statement['Condition']),
    }));
}

const rightOf = (statement: Record<string, unknown>): Right => ({
  actions: list(statement['Action']).map(text).sort(),
  resources: list(statement['Resource']).map(text),
});

function whoOf(principal: unknown): string {
  if (!isObject(principal)) return text(principal);
  if ('Service' in principal) return list(principal['Service']).map(text).join(', ');
  return list(principal['AWS'])
    .map(text)
    .join(', ')
    .replace(/^arn:.*:iam::AWS::AccountId:root$/, 'account');
}

function conditionKeys(condition: unknown): string[] {
  return isObject(condition)
    ? Object.values(condition)
        .flatMap((keys) => (isObject(keys) ? Object.keys(keys) : []))
        .sort()
    : [];
}

function* statementsIn(node: unknown): Generator<Record<string, unknown>> {
  if (!isObject(node)) return;
  if (node['Effect'] === 'Allow' && 'Resource' in node) yield node;
  for (const child of Object.values(node)) yield* statementsIn(child);
}

function text(node: unknown): string {
  if (typeof node === 'string') return node;
  if (!isObject(node)) throw new Error(`no text in ${JSON.stringify(node)}`);
  const {
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
    'Fn::Select': part,
    'Fn::Split': parts,
    'Fn::ImportValue': imported,
    Ref: reference,
  } = node;
  if (Array.isArray(attribute)) return `${withoutHash(text(attribute[0]))}.${text(attribute[1])}`;
  if (Array.isArray(join)) return list(join[1]).map(text).join(text(join[0]));
  if (Array.isArray(part)) return `${text(part[1])}[${String(part[0])}]`;
  if (Array.isArray(parts)) return text(parts[1]);
  if (typeof imported === 'string')
    return imported.replace(/^.*:ExportsOutputFnGetAtt(\w+?)[0-9A-F]{8}([A-Z][a-z]\w*)[0-9A-F]{8}$/, '$1.$2');
  if (typeof reference === 'string') return withoutHash(reference);
  throw new Error(`no text in ${JSON.stringify(node)}`);
}

const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');
const list = (node: unknown): readonly unknown[] => (Array.isArray(node) ? node : [node]);

function isObject(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null;
}
