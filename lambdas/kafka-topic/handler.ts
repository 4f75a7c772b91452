import '../mapped-stacks.ts';
import { topicHandler } from '../topic-wiring.ts';

/** Called by CloudFormation when a topic of a stack is made, changed or taken away. */
export const handler = topicHandler();
