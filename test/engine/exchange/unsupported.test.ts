import { expect, it } from '@jest/globals';
import { requireNoExchange } from '../../../engine/exchange/require-no-exchange.ts';
import { topologyOf } from '../support/readings.ts';
import { keyedAnew } from './exchange-world.ts';

it('a pipeline with an exchange is refused from where it cannot be run, with what to do', () => {
  expect(() => requireNoExchange(keyedAnew().topology, 'tidemark local')).toThrow(
    "tidemark local must run pipelines without an exchange so far, got readings with by-value; group by the source's partition key",
  );
  expect(() => requireNoExchange(topologyOf(), 'tidemark local')).not.toThrow();
});
