import { describe, expect, it } from '@jest/globals';
import { App, CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { leaveOut } from '../../lib/leave-out.ts';

describe('leaveOut', () => {
  it('takes the resources of these types, however deep, and no other', () => {
    const stack = new Stack(new App(), 'Stack');
    const inner = new Construct(stack, 'Inner');
    new CfnResource(stack, 'A', { type: 'Some::Type::A' });
    new CfnResource(inner, 'B', { type: 'Some::Type::B' });
    new CfnResource(inner, 'C', { type: 'Some::Type::B' });
    leaveOut(stack, ['Some::Type::B']);
    expect(Object.keys(Template.fromStack(stack).findResources('Some::Type::A'))).toEqual(['A']);
    Template.fromStack(stack).resourceCountIs('Some::Type::B', 0);
  });
});
