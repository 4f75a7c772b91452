import '../mapped-stacks.ts';
import pipeline from '#pipeline';
import { receiveHandler } from '../receive-wiring.ts';

/** Called by the doorbell: rows of an exchange in, results out. */
export const handler = receiveHandler(pipeline);
