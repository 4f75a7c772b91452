import { RemovalPolicy } from 'aws-cdk-lib';
import type { StageSettings } from './settings.ts';

/** What becomes of data when its stack is deleted. */
export function removalOf({ retainData }: StageSettings): RemovalPolicy {
  return retainData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}
