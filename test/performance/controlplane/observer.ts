import type { Federation } from '../../../scripts/local/federation.ts';
import {
  type AssignmentPlan,
  AssignmentPlanResource,
} from '../../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { type CodecoApp, CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { type Pod, PodResource } from '../../../src/api/core.ts';
import { APP_ANNOTATION } from '../../../src/api/labels.ts';
import { type ManifestWork, ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { createInformerFactory } from '../../../src/kube/informer.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { testLogger } from '../../support/testlogger.ts';

export const STAGES = ['valid', 'planned', 'works', 'applied'] as const;
export type Stage = (typeof STAGES)[number];

/** Sees through watches when each application passes a stage, and which Pods are ready. */
export class Observer {
  /** Monotonic ms at which an app passed a stage first, since the last `reset`. */
  readonly #passed = new Map<Stage, Map<string, number>>(STAGES.map((stage) => [stage, new Map()]));
  readonly #readyPods = new Set<string>();
  readonly #works = new Set<string>();
  readonly #apps = new Set<string>();
  readonly #stop = new AbortController();
  #wake: (() => void)[] = [];

  static async start(federation: Federation): Promise<Observer> {
    const observer = new Observer();
    const factory = (kubeconfig: string) =>
      createInformerFactory({
        transport: new Transport({ endpoint: loadEndpoint({ kubeconfig }) }),
        log: testLogger(),
      });
    const hub = factory(federation.hub.adminKubeconfig);
    hub.informer<CodecoApp>({ resource: CodecoAppResource }).onEvent(({ old, new: app }) => {
      if (app) observer.#apps.add(app.metadata.name);
      else if (old) observer.#apps.delete(old.metadata.name);
      if (app?.status?.acceptedRevision !== undefined) observer.#pass('valid', app.metadata.name);
      observer.#changed();
    });
    hub.informer<AssignmentPlan>({ resource: AssignmentPlanResource }).onEvent(({ new: plan }) => {
      if (plan?.spec.decision) observer.#pass('planned', plan.metadata.name.replace(/-assignment-plan$/, ''));
    });
    hub.informer<ManifestWork>({ resource: ManifestWorkResource }).onEvent(({ key, new: work }) => {
      const name = `${key.namespace}/${key.name}`;
      if (work) observer.#works.add(name);
      else observer.#works.delete(name);
      const app = work?.metadata.annotations?.[APP_ANNOTATION]?.split('/')[1];
      if (app !== undefined) observer.#pass('works', app);
      const applied = work?.status?.conditions?.some(
        ({ type, status }) => type === 'Applied' && status === 'True',
      );
      if (app !== undefined && applied) observer.#pass('applied', app);
      observer.#changed();
    });
    void hub.start(observer.#stop.signal);
    const waits = [hub.waitForSync()];
    for (const { name, api } of federation.clusters) {
      const managed = factory(api.adminKubeconfig);
      managed.informer<Pod>({ resource: PodResource }).onEvent(({ key, new: pod }) => {
        const ready = pod?.status?.conditions?.some(
          ({ type, status }) => type === 'Ready' && status === 'True',
        );
        const id = `${name}/${key.namespace}/${key.name}`;
        if (ready) observer.#readyPods.add(id);
        else observer.#readyPods.delete(id);
        observer.#changed();
      });
      void managed.start(observer.#stop.signal);
      waits.push(managed.waitForSync());
    }
    await Promise.all(waits);
    return observer;
  }

  reset(): void {
    for (const times of this.#passed.values()) times.clear();
  }

  /** Seconds from `start` until the last application passed each stage. */
  stagesSince(start: number): Record<Stage, number> {
    const last = (stage: Stage) => (Math.max(start, ...this.#passed.get(stage)!.values()) - start) / 1000;
    return { valid: last('valid'), planned: last('planned'), works: last('works'), applied: last('applied') };
  }

  get state(): { pods: number; works: number; apps: number } {
    return { pods: this.#readyPods.size, works: this.#works.size, apps: this.#apps.size };
  }

  /** Resolves as soon as the state is as wanted; rejects after `ms`. */
  async until(wanted: (state: Observer['state']) => boolean, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (!wanted(this.state)) {
      if (performance.now() > deadline)
        throw new Error(`not reached in ${ms / 1000} s: ${JSON.stringify(this.state)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  stop(): void {
    this.#stop.abort(new Error('the measurement is over'));
  }

  #pass(stage: Stage, app: string): void {
    const times = this.#passed.get(stage)!;
    if (!times.has(app)) times.set(app, performance.now());
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
