import '../mapped-stacks.ts';
import pipeline from '#pipeline';
import { tickHandler } from '../wiring.ts';

/** Called every minute: time moves on where input has stopped. */
export const handler = tickHandler(pipeline);
