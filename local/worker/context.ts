import type { Context } from 'aws-lambda';
import { REGION } from '../aws/clients.ts';
import type { InvocationRequest } from './protocol.ts';

/** The context of one invocation, as Lambda's Node runtime gives it. */
export function invocationContext(request: InvocationRequest, nowMs: () => number): Context {
  const { functionName } = request;
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${REGION}:000000000000:function:${functionName}`,
    memoryLimitInMB: '1024',
    awsRequestId: request.requestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, request.deadlineMs - nowMs()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
