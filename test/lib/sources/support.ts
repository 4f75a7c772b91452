import type { Template } from 'aws-cdk-lib/assertions';
import { expect } from '@jest/globals';
import { rightsOf, type Right } from '../rights.ts';

type Properties = Readonly<Record<string, unknown>>;

/** The one resource of a type whose logical id begins with a part's. */
export function partOf(template: Template, type: string, part: string): Properties {
  const found = Object.entries(template.findResources(type)).filter(([id]) =>
    new RegExp(`^${part}[0-9A-F]{8}$`).test(id),
  );
  expect(found.map(([id]) => id)).toHaveLength(1);
  return (found[0]?.[1] as { readonly Properties: Properties }).Properties;
}

export function variablesOf(template: Template, part: string): Properties {
  const { Environment } = partOf(template, 'AWS::Lambda::Function', `${part}Function`);
  return (Environment as { readonly Variables: Properties }).Variables;
}

/** What the role of a function may do, by the resource. */
export function rightsOfPart(template: Template, part: string): Right[] {
  const policy = partOf(template, 'AWS::IAM::Policy', `${part}RoleDefaultPolicy`);
  return rightsOf({ toJSON: () => policy } as unknown as Template);
}

/** Ids of all resources of a type. */
export function idsOf(template: Template, type: string): string[] {
  return Object.keys(template.findResources(type));
}

/** Without what all of them begin with. */
export function alarmsOf(template: Template): string[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map((alarm) =>
    String((alarm['Properties'] as Properties)['AlarmName']).replace(/^Tidemark-orders-\w+-/, ''),
  );
}
