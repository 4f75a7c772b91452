import { SYSTEM_CLOCK } from '../../adapters/shared/system-clock.ts';
import { nameOfSource } from '../../engine/dsl/sources.ts';
import type { Topology } from '../../engine/topology.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { hasData, type PipelineDir } from '../../local/storage/data-dir.ts';
import { localBacklog } from '../../operate/doctor/backlog-check.ts';
import { ok, problem, type Finding } from '../../operate/doctor/finding.ts';
import { logChecks } from '../../operate/doctor/log-checks.ts';
import { inspectedPartitions } from '../../operate/doctor/inspected-partitions.ts';
import { unreadChecks } from '../../operate/doctor/unread-checks.ts';
import { partitionNoun } from '../../operate/place.ts';
import { withLocalPlace } from './local-place.ts';
import type { FindSource } from './local-source.ts';
import { brokerFacts, committedOffsets } from './local-topic.ts';

const DATA_DIR = ['data-dir', 'the pipeline has run here'] as const;

/** What can be said of a pipeline on this machine, running or not. */
export async function doctorLocal(
  topology: Topology,
  receiving: readonly Topology[],
  dir: PipelineDir,
  find: FindSource,
): Promise<Finding[]> {
  const begin = `start tidemark local ${topology.name} --exit, or pass another --data-dir`;
  if (!hasData(dir)) return [problem(...DATA_DIR, `nothing in ${dir.dir}`, begin)];
  const findings = await withLocalPlace(topology, dir, find, async (place) => {
    const { connection } = place;
    const committed = connection === undefined ? new Map() : await committedOffsets(place, connection, dir);
    const inspected = await inspectedPartitions({ ...place, receiving }, place.catalog);
    return [
      ok(...DATA_DIR, `${dir.dir}${place.running ? ', at work now' : ''}`),
      ...(connection === undefined ? [] : unreadChecks(await brokerFacts(place, connection, committed, inspected))),
      ...logChecks(inspected, RING_SLOTS, partitionNoun(topology.source), {
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
        topology.source.kind === 'kinesis'
          ? `no stream ${nameOfSource(topology.source)} in ${dir.dir}`
          : `no topic ${nameOfSource(topology.source)} at the brokers`,
        begin,
      ),
    ]
  );
}
