/**
 * What a tick of one source sees of the others that send to the same exchange (PL-37): their logs say how far their time is,
 * and their own ticks note there that a partition is idle. So no tick needs to reach another one's stream or brokers.
 */
import type { LogEntry } from '../partition-log/entry.ts';
import { partitionOfLog } from '../partition-log/log-id.ts';
import type { LogSettings } from '../partition-log/log-settings.ts';
import type { Exchange } from '../plan/exchange.ts';
import { nameOfSource } from '../plan/source.ts';
import type { Processor } from '../processor.ts';
import type { ActivePart } from '../tick/idle-watermark.ts';
import { failureOf, type TickFailure } from '../tick/tick-report.ts';
import { endsOf } from './log-ends.ts';
import type { NewestHeads } from './newest-heads.ts';
import type { NewestManifests } from './newest-manifests.ts';
import { firstGeneration } from './receivers.ts';

export interface OtherSources {
  readonly parts: readonly ActivePart[];
  /** Of those of which nothing is known: they have not begun, or could not be read. */
  readonly unseen: readonly undefined[];
  /** Why they could not be read. */
  readonly failures: readonly TickFailure[];
}

const NONE: OtherSources = Object.freeze({ parts: [], unseen: [], failures: [] });

/** What was seen of logs and manifests before. */
export interface SeenBefore {
  readonly newestHeads: NewestHeads;
  readonly newestManifests: NewestManifests;
}

/** @param source name of the one whose tick it is */
export async function lookAtOtherSources(
  { topology, logs: { settings } }: Pick<Processor, 'topology' | 'logs'>,
  source: string,
  seenBefore: SeenBefore,
): Promise<OtherSources> {
  const { sendsTo, sources } = topology;
  if (sendsTo === undefined || sources.length < 2) return NONE;
  const others = sources.map(nameOfSource).filter((name) => name !== source);
  const exchange = firstGeneration(sendsTo);
  const seen = await Promise.all(
    others.map((name) =>
      lookAt(settings, exchange, name, seenBefore).catch((error: unknown): OtherSources => ({
        parts: [],
        unseen: [undefined],
        failures: [failureOf(name, error)],
      })),
    ),
  );
  return {
    parts: seen.flatMap(({ parts }) => parts),
    unseen: seen.flatMap(({ unseen }) => unseen),
    failures: seen.flatMap(({ failures }) => failures),
  };
}

async function lookAt(
  settings: LogSettings,
  exchange: Exchange,
  source: string,
  { newestHeads, newestManifests }: SeenBefore,
): Promise<OtherSources> {
  const manifest = await newestManifests.of(settings.blobs, settings.topology, exchange, source);
  if (manifest === undefined) return { ...NONE, unseen: [undefined] };
  const failures: TickFailure[] = [];
  const headOf = async (logId: string): Promise<LogEntry | undefined> => {
    try {
      return await newestHeads.of(settings, logId);
    } catch (error) {
      failures.push(failureOf(`${source}/${partitionOfLog(logId).partition}`, error));
      return undefined;
    }
  };
  const { ends } = await endsOf(headOf, manifest.roots);
  const heads = ends.map(({ head }) => head);
  return {
    parts: heads.flatMap((head) =>
      head === undefined ? [] : [{ watermarkMs: head.watermarkMs, isIdle: head.sent?.isIdle === true }],
    ),
    unseen: heads.filter((head) => head === undefined),
    failures,
  };
}
