/**
 * A federation of real control planes with three applications on it, explained: npm run demo.
 * With --check it ends by itself, with 0 only if every Pod that should run does.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadAll } from 'js-yaml';
import { AssignmentPlanResource, planName } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { findCondition } from '../../src/api/conditions.ts';
import { PodResource } from '../../src/api/core.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { ManifestWorkResource } from '../../src/api/ocm/manifestwork.ts';
import { type Federation, startFederation } from '../local/federation.ts';
import { applyManifests, readManifests } from '../local/manifests.ts';
import { consoleProgress } from '../local/progress.ts';
import { APPLICATIONS, CLUSTERS, NAMESPACE } from './federation.ts';
import { explainApp, explainWorks, furtherCommands } from './story.ts';

const EXAMPLES = new URL('../../examples/', import.meta.url).pathname;
/** Until every application has its answer; the control planes are up by then. */
const ANSWER_MS = 60_000;

const check = process.argv.includes('--check');
const started = performance.now();
const parent = await mkdtemp(join(tmpdir(), 'codeco-demo-'));
const federation = await startFederation({
  clusters: CLUSTERS,
  folder: join(parent, 'federation'),
  progress: consoleProgress((line) => console.log(line)),
  controllers: ['acm', 'swm'],
});
let ending: Promise<void> | undefined;
const end = () => {
  ending ??= federation.stop().then(() => rm(parent, { recursive: true, force: true }));
  return ending;
};
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void end().then(() => process.exit(130)));

await federation.bind(NAMESPACE);
await applyManifests(federation.hub.admin, await readManifests(join(EXAMPLES, 'federation')));
for (const { file } of APPLICATIONS) await applyManifests(federation.hub.admin, await read(file));
const running = await answers(federation);
for (const { name } of APPLICATIONS) console.log(await story(federation, name));
console.log(explainWorks(await federation.hub.admin.list(ManifestWorkResource)));
const wrong = await problems(federation);
console.log(
  `\n${running ? 'all applications have their answer' : 'not every application has its answer'} after ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
if (check) {
  for (const problem of wrong) console.log(`WRONG ${problem}`);
  await end();
  process.exit(wrong.length === 0 && running ? 0 : 1);
}
console.log(
  furtherCommands(
    federation.hub.adminKubeconfig,
    federation.clusters.map(({ name, api }) => [name, api.adminKubeconfig]),
  ),
);
console.log('The federation stays up until Ctrl-C.');
await new Promise(() => {});

async function read(file: string): Promise<KubeObject[]> {
  return loadAll(await readFile(join(EXAMPLES, file), 'utf8')) as KubeObject[];
}

/** Waits until every application is ready, or is known not to fit. */
async function answers({ hub }: Federation): Promise<boolean> {
  const deadline = performance.now() + ANSWER_MS;
  while (performance.now() < deadline) {
    const apps = await hub.admin.list(CodecoAppResource, { namespace: NAMESPACE });
    const answered = APPLICATIONS.every(({ name, runs }) => {
      const conditions = apps.find(({ metadata }) => metadata.name === name)?.status?.conditions;
      return runs
        ? findCondition(conditions, 'Ready')?.status === 'True'
        : findCondition(conditions, 'Planned')?.reason === 'Infeasible';
    });
    if (answered) return true;
    await delay(200);
  }
  return false;
}

async function story({ hub }: Federation, name: string): Promise<string> {
  const app: CodecoApp = await hub.admin.get(CodecoAppResource, { namespace: NAMESPACE, name });
  const plans = await hub.admin.list(AssignmentPlanResource, { namespace: NAMESPACE });
  return explainApp(
    app,
    plans.find(({ metadata }) => metadata.name === planName(name)),
  );
}

/** Pods that should run and do not, and the other way round. */
async function problems({ clusters, hub }: Federation): Promise<string[]> {
  const found: string[] = [];
  const pods = (
    await Promise.all(clusters.map(({ api }) => api.admin.list(PodResource, { namespace: NAMESPACE })))
  ).flat();
  for (const { name, runs } of APPLICATIONS) {
    const app = await hub.admin.get(CodecoAppResource, { namespace: NAMESPACE, name });
    const own = pods.filter(
      ({ metadata }) => metadata.labels?.['application-group'] === (app.spec.appName ?? name),
    );
    const wanted = runs
      ? app.spec['codecoapp-msspec'].reduce((sum, { replicas }) => sum + (replicas ?? 1), 0)
      : 0;
    const up = own.filter(({ status }) => status?.phase === 'Running').length;
    if (up !== wanted) found.push(`${name}: ${up} Pods run, ${wanted} should`);
  }
  return found;
}
