/**
 * What the suite costs on top of Kubernetes: npm run bench:control-plane [-- --quick] [--apps N] [--json FILE]
 * Both arms in one run and in turn, through the same client and concurrency; medians and worst of them all.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Federation, startFederation } from '../../../scripts/local/federation.ts';
import type { GroupProcess } from '../../../scripts/local/processgroup.ts';
import { consoleProgress } from '../../../scripts/local/progress.ts';
import { type CodecoApp, CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../../src/api/codeco/v1alpha1/group.ts';
import { type Deployment, DeploymentResource, NamespaceResource } from '../../../src/api/core.ts';
import { ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { deployment } from '../../../src/work/render/deployment.ts';
import { Observer, STAGES } from './observer.ts';
import { concurrently, seconds, summary } from './statistics.ts';

const { values: flags } = parseArgs({
  options: {
    apps: { type: 'string', default: '150' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const APPS = Number(flags.apps);
const REPETITIONS = flags.quick ? 1 : 5;
const CONCURRENCY = 20;
const NAMESPACE = 'bench';
const LIMIT_MS = 300_000;

/** OCM's own rates, and none. */
const AGENTS = [
  { name: 'agent at OCM defaults (QPS 50, burst 100)', qps: 50, burst: 100 },
  { name: 'agent unthrottled', qps: 5000, burst: 10_000 },
] as const;

const names = Array.from({ length: APPS }, (_, index) => `app-${String(index).padStart(4, '0')}`);
const container = {
  name: 'main',
  image: 'example/main:1',
  resources: { requests: { cpu: '10m', memory: '16Mi' } },
};
const nodes = [1, 2, 3, 4].map((n) => ({ name: `node-${n}`, allocatable: { cpu: '64', memory: '256Gi' } }));

const parent = await mkdtemp(join(tmpdir(), 'codeco-bench-'));
const results: Record<string, unknown> = {
  apps: APPS,
  repetitions: REPETITIONS,
  machine: `${cpus().length} cores, ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
};
for (const agent of AGENTS) results[agent.name] = await measure(agent);
await rm(parent, { recursive: true, force: true });
if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(results, null, 2)}\n`);
process.exit(0);

/** Both arms in turn under one setting of the work agent. */
async function measure(agent: (typeof AGENTS)[number]): Promise<unknown> {
  console.log(`\n${agent.name}, ${APPS} applications of one service, ${REPETITIONS} repetitions`);
  const federation = await startFederation({
    clusters: [{ name: 'c1', nodes, telemetry: true }],
    folder: join(parent, `federation-${agent.qps}`),
    progress: consoleProgress(),
    workAgent: { statusSyncInterval: '10s', qps: agent.qps, burst: agent.burst },
  });
  const controllers = [await federation.startController('acm'), await federation.startController('swm')];
  const idle = await memory(controllers);
  await federation.bind(NAMESPACE);
  const observer = await Observer.start(federation);
  const suite: number[] = [];
  const plain: number[] = [];
  const deletions: number[] = [];
  const plainDeletions: number[] = [];
  const stages: Record<string, number>[] = [];
  try {
    // One uncounted pass: namespaces, base works and compiled code are there afterwards.
    await suiteArm(federation, observer);
    await suiteDelete(federation, observer);
    await plainArm(federation, observer);
    await plainDelete(federation, observer);
    for (let repetition = 0; repetition < REPETITIONS; repetition += 1) {
      const arm = await suiteArm(federation, observer);
      suite.push(arm.ready);
      stages.push(arm.stages);
      deletions.push(await suiteDelete(federation, observer));
      plain.push(await plainArm(federation, observer));
      plainDeletions.push(await plainDelete(federation, observer));
    }
    await suiteArm(federation, observer);
    const busy = await memory(controllers);
    const restart = await restartController(federation, controllers);
    const ratios = suite.map((value, index) => value / plain[index]!);
    const stageSummary = Object.fromEntries(
      STAGES.map((stage) => [stage, summary(stages.map((each) => each[stage]!))]),
    );
    console.log(`  CodecoApps, all Pods ready      ${seconds(summary(suite))}`);
    for (const stage of STAGES)
      console.log(`    until the last is ${stage.padEnd(10)}  ${seconds(stageSummary[stage]!)}`);
    console.log(`  Deployments applied straight    ${seconds(summary(plain))}`);
    console.log(
      `  ratio, pair by pair             ${summary(ratios).median.toFixed(2)} (worst ${summary(ratios).worst.toFixed(2)}); goal 1.10 unthrottled`,
    );
    console.log(
      `  deleting, nothing left          ${seconds(summary(deletions))}, Deployments straight ${seconds(summary(plainDeletions))}`,
    );
    console.log(
      `  restart of ACM and SWM          ready after ${restart.seconds.toFixed(1)} s, ${restart.writes} objects rewritten`,
    );
    console.log(
      `  peak memory idle / with ${APPS} apps  acm ${idle[0]} / ${busy[0]} MiB, swm ${idle[1]} / ${busy[1]} MiB`,
    );
    return {
      suite: summary(suite),
      stages: stageSummary,
      plain: summary(plain),
      ratio: summary(ratios),
      deletion: summary(deletions),
      plainDeletion: summary(plainDeletions),
      restart,
      memoryMiB: { idle, busy },
    };
  } finally {
    observer.stop();
    await federation.stop();
  }
}

async function suiteArm(
  { hub }: Federation,
  observer: Observer,
): Promise<{ ready: number; stages: Record<string, number> }> {
  observer.reset();
  const start = performance.now();
  await concurrently(names, CONCURRENCY, (name) => hub.admin.create(CodecoAppResource, application(name)));
  await observer.until(({ pods }) => pods === APPS, LIMIT_MS);
  const ready = (performance.now() - start) / 1000;
  await observer.until(() => observer.stagesSince(start).applied > 0, LIMIT_MS);
  return { ready, stages: observer.stagesSince(start) };
}

async function suiteDelete({ hub }: Federation, observer: Observer): Promise<number> {
  const start = performance.now();
  await concurrently(names, CONCURRENCY, (name) =>
    hub.admin.delete(CodecoAppResource, { namespace: NAMESPACE, name }),
  );
  await observer.until(({ pods, works, apps }) => pods === 0 && works === 0 && apps === 0, LIMIT_MS);
  return (performance.now() - start) / 1000;
}

async function plainArm({ clusters }: Federation, observer: Observer): Promise<number> {
  const { admin } = clusters[0]!.api;
  await admin.apply(
    NamespaceResource,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { fieldManager: 'bench', force: true },
  );
  const start = performance.now();
  await concurrently(names, CONCURRENCY, (name) => admin.create(DeploymentResource, plainDeployment(name)));
  await observer.until(({ pods }) => pods === APPS, LIMIT_MS);
  return (performance.now() - start) / 1000;
}

async function plainDelete({ clusters }: Federation, observer: Observer): Promise<number> {
  const { admin } = clusters[0]!.api;
  const start = performance.now();
  await concurrently(names, CONCURRENCY, (name) =>
    admin.delete(
      DeploymentResource,
      { namespace: NAMESPACE, name: `${name}-web` },
      { propagationPolicy: 'Background' },
    ),
  );
  await observer.until(({ pods }) => pods === 0, LIMIT_MS);
  return (performance.now() - start) / 1000;
}

/** Restarts both controllers and counts what was written again: there should be nothing. */
async function restartController(
  { hub }: Federation,
  controllers: readonly GroupProcess[],
): Promise<{ seconds: number; writes: number }> {
  const versions = async () => {
    const lists = await Promise.all([
      hub.admin.list(CodecoAppResource),
      hub.admin.list(ManifestWorkResource),
    ]);
    return new Set(
      lists.flat().map(({ kind, metadata }) => `${kind}/${metadata.name}/${metadata.resourceVersion}`),
    );
  };
  // The last feedback of the arm before has been written when two looks agree.
  let before = await versions();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const now = await versions();
    if ([...now].every((version) => before.has(version))) break;
    before = now;
  }
  const start = performance.now();
  await Promise.all(controllers.map((controller) => controller.restart('SIGTERM')));
  const took = (performance.now() - start) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const after = await versions();
  return { seconds: took, writes: [...after].filter((version) => !before.has(version)).length };
}

function application(name: string): CodecoApp {
  return {
    apiVersion: API_VERSION,
    kind: 'CodecoApp',
    metadata: { name, namespace: NAMESPACE },
    spec: { 'codecoapp-msspec': [{ serviceName: 'web', podspec: { containers: [container] } }] },
  };
}

/** The same object that the suite would render. */
function plainDeployment(name: string): Deployment {
  const { spec } = application(name);
  return deployment(
    { namespace: NAMESPACE, name, uid: name },
    spec,
    spec['codecoapp-msspec'][0]!,
    1,
  ) as Deployment;
}

/** Peak resident memory, MiB. */
async function memory(processes: readonly GroupProcess[]): Promise<number[]> {
  return Promise.all(
    processes.map(async ({ pid }) => {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
    }),
  );
}
