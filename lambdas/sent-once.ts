import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Settings of a client whose calls are sent once: the sinks themselves resend what was refused, and only that. */
export const sentOnce = () => ({
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({ connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true }),
});
