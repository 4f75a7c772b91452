import { SYSTEM_CLOCK } from '../../adapters/shared/system-clock.ts';
import { nameOfSource } from '../../engine/plan/source.ts';
import { readingOf, receivingOf, type Topology } from '../../engine/topology.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { hasData, type PipelineDir } from '../../local/storage/data-dir.ts';
import { localBacklog } from '../../operate/doctor/backlog-check.ts';
import { ok, problem, type Finding } from '../../operate/doctor/finding.ts';
import { logChecks } from '../../operate/doctor/log-checks.ts';
import { inspectedPartitions } from '../../operate/doctor/inspected-partitions.ts';
import { unreadChecks } from '../../operate/doctor/unread-checks.ts';
import { partitionNounOf, type ReadSource } from '../../operate/place.ts';
import { withLocalPlace, type LocalPlace } from './local-place.ts';
import type { FindSource } from './local-source.ts';
import { brokerFacts, committedOffsets } from './local-topic.ts';

const DATA_DIR = ['data-dir', 'the pipeline has run here'] as const;

/** What can be said of a pipeline on this machine, running or not. */
export async function doctorLocal(
  fragments: readonly Topology[],
  dir: PipelineDir,
  find: readonly FindSource[],
): Promise<Finding[]> {
  const reading = readingOf(fragments);
  const [topology] = reading as [Topology, ...Topology[]];
  const begin = `start tidemark local ${topology.name} --exit, or pass another --data-dir`;
  if (!hasData(dir)) return [problem(...DATA_DIR, `nothing in ${dir.dir}`, begin)];
  const findings = await withLocalPlace(reading, dir, find, async (place) => {
    const topics = await topicsOf(place, dir);
    const catalogs = new Map(place.views.map(({ placed, catalog }) => [placed.name, catalog]));
    const inspected = await inspectedPartitions({ ...place, receiving: receivingOf(fragments) }, (source) =>
      catalogs.get(source),
    );
    const unread = await Promise.all(
      topics.map(async ({ read, connection, committed }) => {
        const own = inspected.filter(({ partition }) => partition?.source === read.source.name);
        return unreadChecks(await brokerFacts({ ...place, ...read }, connection, committed, own));
      }),
    );
    return [
      ok(...DATA_DIR, `${dir.dir}${place.running ? ', at work now' : ''}`),
      ...unread.flat(),
      ...logChecks(inspected, RING_SLOTS, partitionNounOf(topology), {
        nowMs: SYSTEM_CLOCK.nowMs(),
        isFailing: false,
      }),
      localBacklog(inspected, place.running, topology.name),
    ];
  });
  return (
    findings ?? [
      problem(
        ...DATA_DIR,
        reading
          .map(({ source }) =>
            source.kind === 'kinesis'
              ? `no stream ${nameOfSource(source)} in ${dir.dir}`
              : `no topic ${nameOfSource(source)} at the brokers`,
          )
          .join(', or '),
        begin,
      ),
    ]
  );
}

/** The topics among the sources, and where their groups go on: asked before the logs are read. */
function topicsOf({ topology, source, others = [], views }: LocalPlace, dir: PipelineDir) {
  const sources: readonly ReadSource[] = [{ topology, source }, ...others];
  return Promise.all(
    sources.flatMap((read, i) => {
      const connection = views[i]?.connection;
      return connection === undefined
        ? []
        : [committedOffsets(read, connection, dir).then((committed) => ({ read, connection, committed }))];
    }),
  );
}
