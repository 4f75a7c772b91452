import { expect, it } from '@jest/globals';
import { kinesis, lake, pipeline } from '../../../engine/index.ts';
import { READING, reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

/** Sets its one timer anew with each record, as somebody does who waits for a quiet while. */
const { topology } = pipeline('quiet')
  .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1_000_000 })
  .keyBy('key')
  .process({
    results: { quietAtMs: 'number' },
    onRecord({ eventTimeMs }, { setTimer, deleteTimer }) {
      deleteTimer(eventTimeMs + 49_999);
      setTimer(eventTimeMs + 50_000);
    },
    onTimer: ({ timeMs }, { emit }) => emit({ quietAtMs: timeMs }),
  })
  .to(lake());

it('timers that were deleted are left behind when they outnumber the others, and those that stand are kept', async () => {
  const world = new World({ topology });
  const instance = world.instance();
  await instance.process(...Array.from({ length: 3_000 }, (_, i) => reading(i + 1, 'a', i)));
  const [timers] = await instance.use(async ({ state }) => state.timers);
  expect(timers?.event?.size).toBe(1);
  await instance.process(reading(5_000, 'a', 60_000));
  expect(world.sink.results.map(({ values }) => values)).toEqual([{ quietAtMs: 52_999 }]);
});
