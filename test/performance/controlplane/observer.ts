import type { Federation } from '../../../scripts/local/federation.ts';
import {
  type AssignmentPlan,
  AssignmentPlanResource,
} from '../../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { type CodecoApp, CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { findCondition } from '../../../src/api/conditions.ts';
import {
  type ControllerRevision,
  ControllerRevisionResource,
  type Pod,
  PodResource,
} from '../../../src/api/core.ts';
import { APP_ANNOTATION } from '../../../src/api/labels.ts';
import { type ManifestWork, ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { createInformerFactory } from '../../../src/kube/informer.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { testLogger } from '../../support/testlogger.ts';

/** In order: the model is accepted, decided on, its works exist, are applied, and the app says Ready. */
export const STAGES = ['valid', 'planned', 'works', 'applied', 'ready'] as const;
export type Stage = (typeof STAGES)[number];

/** How much there is now. */
export interface Seen {
  readyPods: number;
  works: number;
  apps: number;
  readyApps: number;
}

/** Sees through watches when each application passes a stage, and which Pods are ready. */
export class Observer {
  /** Monotonic ms at which an app passed a stage, since the last `reset`; of works, the newest one's. */
  readonly #passed = new Map<Stage, Map<string, number>>(STAGES.map((stage) => [stage, new Map()]));
  readonly #readyPods = new Set<string>();
  readonly #works = new Map<string, string>();
  readonly #apps = new Set<string>();
  readonly #readyApps = new Set<string>();
  readonly #stop = new AbortController();
  readonly #transports: Transport[] = [];
  #wake: (() => void)[] = [];

  static async start({ hub, clusters }: Federation): Promise<Observer> {
    const observer = new Observer();
    const waits = [observer.#watchHub(hub.adminKubeconfig)];
    for (const { name, api } of clusters) waits.push(observer.#watchPods(name, api.adminKubeconfig));
    await Promise.all(waits);
    return observer;
  }

  reset(): void {
    for (const times of this.#passed.values()) times.clear();
  }

  /** Seconds from `start` until the last application passed each stage; 0 for one that nobody passed. */
  stagesSince(start: number): Record<Stage, number> {
    const last = (stage: Stage) => {
      let latest = start;
      for (const time of this.#passed.get(stage)!.values()) latest = Math.max(latest, time);
      return (latest - start) / 1000;
    };
    return Object.fromEntries(STAGES.map((stage) => [stage, last(stage)])) as Record<Stage, number>;
  }

  passed(stage: Stage): number {
    return this.#passed.get(stage)!.size;
  }

  /** Monotonic ms; undefined when the app has not passed it. */
  passedAt(stage: Stage, app: string): number | undefined {
    return this.#passed.get(stage)!.get(app);
  }

  /** Works of an app that exist now. */
  worksOf(app: string): number {
    let count = 0;
    for (const owner of this.#works.values()) if (owner === app) count += 1;
    return count;
  }

  /** Managed clusters that hold a work of any app now. */
  clustersInUse(): number {
    const holding = [...this.#works].filter(([, app]) => app !== '').map(([key]) => key.split('/')[0]);
    return new Set(holding).size;
  }

  get seen(): Seen {
    return {
      readyPods: this.#readyPods.size,
      works: this.#works.size,
      apps: this.#apps.size,
      readyApps: this.#readyApps.size,
    };
  }

  /** Resolves as soon as it holds; rejects after `ms`, saying what was waited for and what there is. */
  async until(what: string, holds: (seen: Seen) => boolean, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (!holds(this.seen)) {
      if (performance.now() > deadline)
        throw new Error(`${what}: not within ${ms / 1000} s; there is ${JSON.stringify(this.seen)}`);
      await this.changed(1000);
    }
  }

  /** Resolves when a watch has told something, at the latest after `ms`. */
  changed(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  stop(): void {
    this.#stop.abort(new Error('the measurement is over'));
    for (const transport of this.#transports) transport.close();
  }

  async #watchHub(kubeconfig: string): Promise<void> {
    const hub = this.#factory(kubeconfig);
    hub.informer<CodecoApp>({ resource: CodecoAppResource }).onEvent(({ key, new: app }) => {
      const ready = findCondition(app?.status?.conditions, 'Ready')?.status === 'True';
      keep(this.#apps, key.name, app !== undefined);
      keep(this.#readyApps, key.name, ready);
      if (ready) this.#pass('ready', key.name);
      this.#changed();
    });
    // That it is there says that the model is valid; status names it later.
    hub
      .informer<ControllerRevision>({ resource: ControllerRevisionResource })
      .onEvent(({ new: revision }) => {
        const [owner] = revision?.metadata.ownerReferences ?? [];
        if (owner?.kind === CodecoAppResource.kind) this.#pass('valid', owner.name);
      });
    hub.informer<AssignmentPlan>({ resource: AssignmentPlanResource }).onEvent(({ key, new: plan }) => {
      if (plan?.spec.decision) this.#pass('planned', key.name.replace(/-assignment-plan$/, ''));
    });
    hub.informer<ManifestWork>({ resource: ManifestWorkResource }).onEvent(({ key, new: work }) => {
      const name = `${key.namespace}/${key.name}`;
      const app = work?.metadata.annotations?.[APP_ANNOTATION]?.split('/')[1] ?? '';
      if (work === undefined) this.#works.delete(name);
      else if (!this.#works.has(name)) {
        this.#works.set(name, app);
        if (app !== '') this.#passed.get('works')!.set(app, performance.now());
      }
      const applied = findCondition(work?.status?.conditions, 'Applied')?.status === 'True';
      if (app !== '' && applied) this.#pass('applied', app);
      this.#changed();
    });
    void hub.start(this.#stop.signal);
    await hub.waitForSync();
  }

  async #watchPods(cluster: string, kubeconfig: string): Promise<void> {
    const managed = this.#factory(kubeconfig);
    managed.informer<Pod>({ resource: PodResource }).onEvent(({ key, new: pod }) => {
      const ready =
        pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
      keep(this.#readyPods, `${cluster}/${key.namespace}/${key.name}`, ready);
      this.#changed();
    });
    void managed.start(this.#stop.signal);
    await managed.waitForSync();
  }

  #factory(kubeconfig: string): ReturnType<typeof createInformerFactory> {
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }) });
    this.#transports.push(transport);
    return createInformerFactory({ transport, log: testLogger() });
  }

  #pass(stage: Stage, app: string): void {
    const times = this.#passed.get(stage)!;
    if (!times.has(app)) times.set(app, performance.now());
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

function keep(names: Set<string>, name: string, is: boolean): void {
  if (is) names.add(name);
  else names.delete(name);
}
