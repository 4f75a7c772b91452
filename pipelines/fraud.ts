/**
 * Cards on which a small charge is followed by a large one within a minute: somebody has tried a stolen card. The input is
 * generated, with frauds planted in it.
 *
 * Charges come out of order, so each one waits until the watermark says that none before it is missing: a timer at its own
 * time. Then it is looked at, in the order in which the charges happened. What comes after its time has passed can prove
 * nothing any more, and goes to the output `too-late`.
 */
import * as z from 'zod/mini';
import { kinesis, lake, map, minutes, pipeline, resultTable, seconds, value } from '../engine/index.ts';

export const Charge = z.object({
  chargeId: z.string(),
  card: z.string(),
  /** When it was made [ms since 1970]. */
  timeMs: z.int(),
  cents: z.int().check(z.positive()),
  merchant: z.string(),
});
type Charge = z.infer<typeof Charge>;

const SMALL_BELOW_CENTS = 100;
const LARGE_FROM_CENTS = 50_000;

export default pipeline('fraud')
  .source(kinesis({ stream: 'charges', partitionKey: 'card', schema: Charge }))
  .eventTime((charge) => charge.timeMs, { maxOutOfOrdernessMs: seconds(30) })
  .keyBy('card')
  .process({
    state: {
      /** Charges whose time has not come, by id: one that is sent twice waits once. */
      waiting: map<Charge>(),
      /** The last small one, forgotten after a minute. */
      small: value<Charge>({ ttlMs: minutes(1) }),
    },
    results: {
      smallId: 'text',
      smallCents: 'integer',
      largeId: 'text',
      largeCents: 'integer',
      merchant: 'text',
      seconds: 'number',
    },
    outputs: ['too-late'],
    onRecord({ value: charge, eventTimeMs }, { state, watermarkMs, setTimer, emitTo }) {
      if (eventTimeMs <= watermarkMs) {
        emitTo('too-late', charge);
        return;
      }
      state.waiting.set(charge.chargeId, charge);
      setTimer(eventTimeMs);
    },
    onTimer({ timeMs }, { state, emit }) {
      for (const [chargeId, charge] of state.waiting.entries()) {
        if (charge.timeMs !== timeMs) continue;
        state.waiting.delete(chargeId);
        const small = state.small.get();
        if (charge.cents < SMALL_BELOW_CENTS) state.small.set(charge);
        else if (charge.cents >= LARGE_FROM_CENTS && small !== undefined) {
          emit({
            smallId: small.chargeId,
            smallCents: small.cents,
            largeId: chargeId,
            largeCents: charge.cents,
            merchant: charge.merchant,
            seconds: (timeMs - small.timeMs) / 1_000,
          });
        }
      }
    },
  })
  .to(resultTable(), lake());
