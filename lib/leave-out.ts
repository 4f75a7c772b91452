import { CfnResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Takes the resources of some types out of what has been built. Nothing that stays may refer to them. */
export function leaveOut(scope: Construct, types: readonly string[]): void {
  for (const { node } of scope.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct) && types.includes(construct.cfnResourceType))) {
    node.scope?.node.tryRemoveChild(node.id);
  }
}
