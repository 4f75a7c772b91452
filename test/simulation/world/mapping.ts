import { isKind, TidemarkError } from '../../../engine/errors.ts';
import type { PlannedRecord, PlannedShard, PlanSettings } from '../plan.ts';
import type { Regrown } from '../plan/regrown.ts';
import type { PlannedRestore } from '../plan/restore.ts';
import { violation, type FunctionPool } from './functions.ts';
import type { Faults } from './faults.ts';
import type { SeededRandom } from './random.ts';
import type { Schedule } from './schedule.ts';
import type { Stream } from './shards.ts';

export interface MappingProps {
  readonly shard: PlannedShard;
  readonly stream: Stream;
  readonly functions: FunctionPool;
  readonly schedule: Schedule;
  readonly faults: Faults;
  readonly random: SeededRandom;
  readonly settings: PlanSettings;
  fail(error: unknown): void;
}

type Outcome = 'yes' | 'no' | 'halted';

/** A pipeline that must not go on says so again and again: this often is enough. */
const HALTS = 3;
/** No mapping is deleted and made again in less. */
const REPLACEMENT_MS = 61_000;

/**
 * Lambda's event source mapping for one shard: one batch after the other, again until it succeeds. When things go wrong
 * it forgets where it was, cuts batches anew, takes another instance, or runs one batch twice at the same time.
 */
export class Mapping {
  readonly #props: MappingProps;
  #next = 0;
  /** Records before it are counted: the function has said yes to them. */
  #counted = 0;
  /** One more with each mapping that was made anew: what an earlier one still waits for is of no use. */
  #life = 0;
  batches = 0;
  /** How often one that went on behind a restored log was refused. */
  refusals = 0;
  /** Records that expired, or went with their stream or were left with it, before anybody had taken them; those of a halted pipeline. */
  readonly lost = new Set<bigint>();

  constructor(props: MappingProps) {
    this.#props = props;
  }

  async run(): Promise<void> {
    const { schedule, faults, random, settings, functions, shard } = this.#props;
    const life = this.#life;
    await schedule.sleep(Math.max(shard.bornAtMs, shard.readFromMs) - schedule.nowMs());
    let size = 0;
    for (let failures = 0, halts = 0; halts < HALTS;) {
      if (life !== this.#life) return;
      this.#dropExpired();
      const ready = this.#ready();
      if (this.#isGone || this.#next >= shard.records.length) break;
      if (ready.length === 0) {
        await schedule.sleep(100);
        continue;
      }
      if (size === 0 || faults.decide('mapping.resplit')) size = random.between(1, settings.maxBatch);
      const batch = ready.slice(0, size);
      if (faults.decide('mapping.duplicate')) void this.#invoke(batch);
      this.batches++;
      const outcome = await this.#invoke(batch);
      if (life !== this.#life) return;
      if (outcome === 'yes') {
        this.#next += batch.length;
        this.#counted = Math.max(this.#counted, this.#next);
        size = 0;
        failures = 0;
        if (faults.decide('mapping.ahead')) await this.#tryAhead();
        if (life !== this.#life) return;
        if (faults.decide('mapping.rewind'))
          this.#next = Math.max(0, this.#next - random.between(1, 2 * settings.maxBatch));
      } else {
        failures++;
        if (outcome === 'halted') halts++;
        functions.forget(shard.id);
        await schedule.sleep(Math.min(60_000, 100 * 2 ** failures));
      }
    }
    for (const { offset } of shard.records.slice(this.#next)) this.lost.add(offset);
    if (this.lost.size > 0) return;
    if (shard.reused.length > 0) await this.#offerReused();
    if (shard.regrown !== undefined) await this.#offerRegrown(shard.regrown);
  }

  /** The mapping is made anew, over a log that was restored, or begins anew, and has counted up to here. */
  async restart(reached: bigint, readFrom: PlannedRestore['readFrom']): Promise<void> {
    const {
      shard: { records },
      random,
      settings,
    } = this.#props;
    const life = ++this.#life;
    this.lost.clear();
    const position = this.#counted;
    this.#counted = records.filter(({ offset }) => offset <= reached).length;
    if (readFrom === 'behind' && position > this.#counted) await this.#requireMissing(position);
    if (life !== this.#life) return;
    // What the log has left to do or to deliver comes with a record that it knows.
    this.#next = readFrom === 'start' ? 0 : Math.max(0, this.#counted - random.between(1, settings.maxBatch));
    return this.run();
  }

  /** It goes on at a position behind what the restored log has counted: the records in between would be left out. */
  async #requireMissing(position: number): Promise<void> {
    const { shard, schedule, settings, fail } = this.#props;
    const life = this.#life;
    const batch = shard.records
      .slice(position)
      .filter(({ arrivalTimeMs }) => arrivalTimeMs <= schedule.nowMs())
      .slice(0, settings.maxBatch);
    for (let outcome: Outcome = 'no'; batch.length > 0 && outcome === 'no';) {
      outcome = await this.#invoke(batch, 'RECORDS_MISSING');
      // Another restore has set the input back meanwhile: the batch may be one that is counted by now.
      if (life !== this.#life) return;
      if (outcome === 'yes') fail(violation(`${shard.id}: a batch behind a restored log is counted`));
      if (outcome === 'halted') this.refusals++;
      await schedule.sleep(1_000);
    }
  }

  /** A mapping that was made anew begins behind records that nobody has counted: it must be refused, and is set back. */
  async #tryAhead(): Promise<void> {
    const { schedule, random, settings } = this.#props;
    const life = this.#life;
    await schedule.sleep(REPLACEMENT_MS);
    if (life !== this.#life) return;
    this.#dropExpired();
    const ahead = this.#ready().slice(random.between(1, 3)).slice(0, settings.maxBatch);
    if (ahead.length > 0) await this.#invoke(ahead, 'RECORDS_MISSING');
  }

  get #isGone(): boolean {
    const { shard, schedule } = this.#props;
    return Math.min(shard.deletedAtMs, shard.leftAtMs) <= schedule.nowMs();
  }

  #dropExpired(): void {
    const {
      shard: { records },
      schedule,
      settings: { retentionMs },
    } = this.#props;
    for (
      ;
      this.#next < records.length &&
      (records[this.#next] as PlannedRecord).arrivalTimeMs + retentionMs <= schedule.nowMs();
      this.#next++
    ) {
      this.lost.add((records[this.#next] as PlannedRecord).offset);
    }
  }

  #ready(): readonly PlannedRecord[] {
    const { shard, schedule } = this.#props;
    const rest = shard.records.slice(this.#next);
    const first = rest.findIndex(({ arrivalTimeMs }) => arrivalTimeMs > schedule.nowMs());
    const ready = first === -1 ? rest : rest.slice(0, first);
    return ready.map((record, i) => (this.#next + i < this.#counted ? sentAgain(record) : record));
  }

  #offerReused(): Promise<void> {
    const { shard, stream } = this.#props;
    stream.truncate(shard);
    return this.#requireRefusal(() => shard.reused);
  }

  async #offerRegrown(regrown: Regrown): Promise<void> {
    const { shard, stream, schedule, random, settings } = this.#props;
    stream.regrow(shard, regrown);
    // Within a minute of a batch, one that goes on where it ended is not looked at.
    if (regrown.readFrom === 'behind') await schedule.sleep(REPLACEMENT_MS);
    const [cut, reached] = [regrown.records[0]?.offset ?? 0n, shard.records.at(-1)?.offset ?? 0n];
    const from = { start: 0n, cut, behind: reached + 1n };
    let rest = stream.recordsOf(shard).filter(({ offset }) => offset >= from[regrown.readFrom]);
    await this.#requireRefusal(
      () => rest.slice(0, random.between(1, settings.maxBatch)),
      (batch) => {
        // An instance that knows an older version of the log finds what it has counted, and rightly says so.
        rest = rest.slice(batch.length);
        return batch.every(({ offset }) => offset < cut);
      },
    );
  }

  /**
   * Other records come at offsets that were counted: saying yes to them would lose them without a word (PL-11).
   *
   * @param isSame whether all records of a batch are those that were counted: then yes is right, and the next batch comes
   */
  async #requireRefusal(
    nextBatch: () => readonly PlannedRecord[],
    isSame: (batch: readonly PlannedRecord[]) => boolean = () => false,
  ): Promise<void> {
    const { shard, schedule, fail } = this.#props;
    for (let halts = 0; halts < HALTS;) {
      const batch = nextBatch();
      const outcome = await this.#invoke(batch);
      if (outcome === 'yes' && !isSame(batch))
        fail(violation(`${shard.id}: records at offsets that were used before are taken for replays`));
      if (outcome === 'halted') halts++;
      await schedule.sleep(1_000);
    }
  }

  /** Whether the function said yes within its time, or that it must not go on. */
  #invoke(records: readonly PlannedRecord[], mayHaltWith?: string): Promise<Outcome> {
    const { functions, shard, schedule, settings } = this.#props;
    return new Promise((resolve) => {
      schedule.after(settings.timeoutMs, () => resolve('no'));
      functions.invoke(shard, records, mayHaltWith).then(
        () => resolve('yes'),
        (error: unknown) => resolve(error instanceof TidemarkError && isKind(error, 'internal') ? 'halted' : 'no'),
      );
    });
  }
}

/** A record of a topic that is delivered again may have another time: it is the same record. */
function sentAgain(record: PlannedRecord): PlannedRecord {
  const { timestamp } = record;
  return timestamp === undefined ? record : { ...record, timestamp: { ...timestamp, ms: timestamp.ms + 1 } };
}
