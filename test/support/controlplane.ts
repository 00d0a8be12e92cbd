import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ClusterSpec,
  type Federation,
  type FederationOptions,
  startFederation,
} from '../../scripts/local/federation.ts';
import { consoleProgress } from '../../scripts/local/progress.ts';

/**
 * Real control planes for a test file: the hub alone, with every CRD and role of an installation, or with
 * managed clusters. Call `stop` in afterAll.
 */
export async function startTestFederation(
  clusters: readonly ClusterSpec[] = [],
  options: Partial<FederationOptions> = {},
): Promise<Federation> {
  const folder = await mkdtemp(join(tmpdir(), 'codeco-test-'));
  return startFederation({
    clusters,
    folder,
    progress: consoleProgress((line) => process.stderr.write(`  ${line}\n`)),
    ...(clusters.length === 0 ? { workAgent: 'none' as const } : {}),
    ...options,
  });
}

/** A managed cluster with one node of the given size. */
export function smallCluster(name: string, cpu = '16', memory = '64Gi'): ClusterSpec {
  return { name, nodes: [{ name: `${name}-1`, allocatable: { cpu, memory } }] };
}
