import { nameOfSource } from '../../engine/dsl/sources.ts';
import type { Topology } from '../../engine/dsl/topology.ts';
import { RING_SLOTS } from '../../engine/partition-log/ring.ts';
import { hasData, type PipelineDir } from '../../local/storage/data-dir.ts';
import { localBacklog } from '../../operate/doctor/backlog-check.ts';
import { ok, problem, type Finding } from '../../operate/doctor/finding.ts';
import { logChecks } from '../../operate/doctor/log-checks.ts';
import { inspectedPartitions } from '../../operate/doctor/inspected-partitions.ts';
import { partitionNoun } from '../../operate/place.ts';
import { withLocalPlace } from './local-place.ts';

const DATA_DIR = ['data-dir', 'the pipeline has run here'] as const;

/** What can be said of a pipeline on this machine, running or not. */
export async function doctorLocal(topology: Topology, dir: PipelineDir): Promise<Finding[]> {
  const begin = `start tidemark local ${topology.name} --exit, or pass another --data-dir`;
  if (!hasData(dir)) return [problem(...DATA_DIR, `nothing in ${dir.dir}`, begin)];
  const findings = await withLocalPlace(topology, dir, async (place) => {
    const inspected = await inspectedPartitions(place, place.catalog);
    return [
      ok(...DATA_DIR, `${dir.dir}${place.running ? ', at work now' : ''}`),
      ...logChecks(inspected, RING_SLOTS, partitionNoun(topology.source)),
      localBacklog(inspected, place.running, topology.name),
    ];
  });
  return findings ?? [problem(...DATA_DIR, `no stream ${nameOfSource(topology.source)} in ${dir.dir}`, begin)];
}
