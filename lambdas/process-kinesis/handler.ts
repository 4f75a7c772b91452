import '../mapped-stacks.ts';
import pipeline from '#pipeline';
import { kinesisHandler } from '../wiring.ts';

/** Kinesis records in, results out. */
export const handler = kinesisHandler(pipeline);
