import '../mapped-stacks.ts';
import pipeline from '#pipeline';
import { kafkaTickHandler } from '../kafka-wiring.ts';

/** Called every minute: time moves on where input has stopped. */
export const handler = kafkaTickHandler(pipeline);
