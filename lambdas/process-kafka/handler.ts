import '../mapped-stacks.ts';
import pipeline from '#pipeline';
import { kafkaHandler } from '../kafka-wiring.ts';

/** Kafka records in, results out. */
export const handler = kafkaHandler(pipeline);
