import { describe, expect } from 'vitest';
import { PodResource } from '../../../../src/api/core.ts';
import type { ManifestConfig } from '../../../../src/api/ocm/manifestwork.ts';
import { type AnyObject, type Bench, eventually, TENANT } from '../bench.ts';
import { contract, type Setting } from '../case.ts';
import {
  conditionOf,
  configMap,
  customResource,
  customResourceDefinition,
  deployment,
  identifier,
  jsonPaths,
  pod,
  valuesOf,
} from '../manifests.ts';
import { pollDeadline } from '../periods.ts';

const RULES = 'feedback rules';
const LATENCY = 'feedback and conditions';
/** Seen with OCM: 0.06 to 0.12 s; a poll takes 2 s and more. */
const WATCH_MS = 1_000;

export function feedbackCases(setting: Setting): void {
  describe('feedback', () => {
    contract(setting, RULES, 'WellKnownStatus of a Deployment', async (bench) => {
      const dep = deployment(bench.name('dep'), 2);
      const { metadata } = await bench.createWork([dep], {
        manifestConfigs: [
          {
            resourceIdentifier: identifier('apps', 'deployments', dep.metadata.name),
            feedbackRules: [{ type: 'WellKnownStatus' }],
          },
        ],
      });
      // No Pod is scheduled: readyReplicas and availableReplicas are absent, and give no value.
      await bench.manifestWith(
        metadata.name,
        0,
        (status) => {
          expect(valuesOf(status)).toEqual({ Replicas: 2 });
          expect(conditionOf(status, 'StatusFeedbackSynced')?.status).toBe('True');
        },
        pollDeadline(bench.agent.periods),
      );
    });

    contract(setting, RULES, 'WellKnownStatus of a Pod', async (bench) => {
      const it = pod(bench.name('pod'));
      const { metadata } = await bench.createWork([it], {
        manifestConfigs: [
          {
            resourceIdentifier: identifier('', 'pods', it.metadata.name),
            feedbackRules: [{ type: 'WellKnownStatus' }],
          },
        ],
      });
      await bench.workWith(metadata.name, 'Applied', 'True');
      const live = await bench.spoke.get(PodResource, { namespace: TENANT, name: it.metadata.name });
      const conditions = [{ type: 'Ready', status: 'True' as const }];
      await bench.spoke.updateStatus(PodResource, { ...live, status: { phase: 'Running', conditions } });
      await bench.manifestWith(
        metadata.name,
        0,
        (status) => expect(valuesOf(status)).toEqual({ PodReady: 'True', PodPhase: 'Running' }),
        pollDeadline(bench.agent.periods),
      );
    });

    contract(setting, RULES, 'JSONPaths reach the whole object, not only its status', async (bench) => {
      const service: AnyObject = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: bench.name('svc'), namespace: TENANT, labels: { 'app.kubernetes.io/name': 'web' } },
        spec: { ports: [{ name: 'http', port: 80 }] },
      };
      const { metadata } = await bench.createWork([service], {
        manifestConfigs: [
          {
            resourceIdentifier: identifier('', 'services', service.metadata.name),
            feedbackRules: jsonPaths({
              ip: '.spec.clusterIP',
              port: '.spec.ports[0].port',
              label: '.metadata.labels.app\\.kubernetes\\.io/name',
            }),
          },
        ],
      });
      await bench.manifestWith(metadata.name, 0, (status) =>
        expect(valuesOf(status)).toEqual({ ip: expect.stringMatching(/^10\.0\./), port: 80, label: 'web' }),
      );
    });

    contract(setting, RULES, 'JSONPaths work for generation and filter expressions', async (bench) => {
      const dep = deployment(bench.name('dep'), 0);
      const { metadata } = await bench.createWork([dep], {
        manifestConfigs: [
          {
            resourceIdentifier: identifier('apps', 'deployments', dep.metadata.name),
            feedbackRules: jsonPaths({
              generation: '.metadata.generation',
              available: '.status.conditions[?(@.type=="Available")].status',
            }),
          },
        ],
      });
      await bench.manifestWith(
        metadata.name,
        0,
        (status) => expect(valuesOf(status)).toEqual({ generation: 1, available: 'True' }),
        pollDeadline(bench.agent.periods),
      );
    });

    contract(setting, RULES, 'integers, strings and booleans keep their type', async (bench) => {
      const status = await gadgetFeedback(bench, { count: 3, phase: 'on', ok: false });
      expect(status.statusFeedback?.values?.map(({ name, fieldValue }) => ({ name, ...fieldValue }))).toEqual(
        [
          { name: 'count', type: 'Integer', integer: 3 },
          { name: 'phase', type: 'String', string: 'on' },
          { name: 'ok', type: 'Boolean', boolean: false },
        ],
      );
    });

    for (const [what, value] of [
      ['a float', 0.5],
      ['a list', ['x']],
      ['an object', { x: 1 }],
    ] as const) {
      contract(
        setting,
        LATENCY,
        `${what} is refused by name, the other values are delivered`,
        async (bench) => {
          const status = await gadgetFeedback(bench, { ratio: value, phase: 'on' });
          expect(valuesOf(status)).toEqual({ phase: 'on' });
          const condition = conditionOf(status, 'StatusFeedbackSynced');
          expect(condition?.status).toBe('False');
          expect(condition?.message).toMatch(/the type \S+( \{\})? of the value for ratio is not found/);
          if (what === 'a float') expect(condition?.message).toContain('the type float64 of');
        },
      );
    }

    contract(setting, LATENCY, 'a missing field gives no value and no error', async (bench) => {
      const status = await gadgetFeedback(
        bench,
        { phase: 'on' },
        { phase: '.spec.phase', no: '.spec.no.such' },
      );
      expect(valuesOf(status)).toEqual({ phase: 'on' });
      expect(conditionOf(status, 'StatusFeedbackSynced')?.status).toBe('True');
    });

    contract(setting, RULES, 'of several matches the first one counts', async (bench) => {
      const spec = { list: [{ n: 'a' }, { n: 'b' }] };
      const status = await gadgetFeedback(bench, spec, { first: '.spec.list[*].n' });
      expect(valuesOf(status)).toEqual({ first: 'a' });
    });

    contract(setting, LATENCY, 'Poll brings a change within two periods', async (bench) => {
      const { map, work } = await observed(bench, 'Poll');
      await bench.patchOnSpoke(map, { metadata: { labels: { phase: 'two' } } });
      await bench.manifestWith(
        work,
        0,
        (status) => expect(valuesOf(status)).toEqual({ phase: 'two' }),
        pollDeadline(bench.agent.periods),
      );
    });

    contract(setting, LATENCY, 'Watch brings every change at once', async (bench) => {
      const { map, work } = await observed(bench, 'Watch');
      await fiveChanges(bench, map, work);
    });

    contract(
      setting,
      LATENCY,
      'a polled work profits when another watches the same kind and namespace',
      async (bench) => {
        const { map, work } = await observed(bench, 'Poll');
        await observed(bench, 'Watch');
        await fiveChanges(bench, map, work);
      },
    );

    contract(
      setting,
      LATENCY,
      'what changes while a work is being applied is not missed where its kind is watched already',
      async (bench) => {
        const stem = bench.name('dep');
        const watched = (name: string): ManifestConfig => ({
          resourceIdentifier: identifier('apps', 'deployments', name),
          feedbackRules: jsonPaths({ observed: '.status.observedGeneration' }),
          feedbackScrapeType: 'Watch',
        });
        const observedIn = async (work: string, count: number, ms: number) =>
          eventually(async () => {
            const manifests = (await bench.work(work)).status?.resourceStatus?.manifests ?? [];
            expect(manifests.map(valuesOf)).toEqual(Array(count).fill({ observed: 1 }));
          }, ms);
        const first = await bench.createWork([deployment(`${stem}-first`, 0)], {
          manifestConfigs: [watched(`${stem}-first`)],
        });
        await observedIn(first.metadata.name, 1, pollDeadline(bench.agent.periods));
        const many = Array.from({ length: 15 }, (_, index) => deployment(`${stem}-${index}`, 0));
        const { metadata } = await bench.createWork(many, { manifestConfigs: [watched(`${stem}-*`)] });
        await bench.workWith(metadata.name, 'Applied', 'True');
        await observedIn(metadata.name, many.length, WATCH_MS);
      },
    );

    contract(setting, LATENCY, 'a deleted object is seen by the poll, also with Watch', async (bench) => {
      const { map, work } = await observed(bench, 'Watch');
      await bench.deleteOnSpoke(map);
      await bench.workWith(work, 'Available', 'False', pollDeadline(bench.agent.periods));
    });

    contract(setting, 'manifest configs', 'of several configs the last scrape type wins', async (bench) => {
      const map = labelled(bench);
      const resourceIdentifier = identifier('', 'configmaps', map.metadata.name);
      const feedbackRules = jsonPaths({ phase: '.metadata.labels.phase' });
      const { metadata } = await bench.createWork([map], {
        manifestConfigs: [
          { resourceIdentifier, feedbackRules, feedbackScrapeType: 'Poll' },
          { resourceIdentifier, feedbackScrapeType: 'Watch' },
        ],
      });
      await bench.manifestWith(metadata.name, 0, (status) =>
        expect(valuesOf(status)).toEqual({ phase: 'one' }),
      );
      await fiveChanges(bench, map, metadata.name);
    });

    contract(
      setting,
      'manifest configs',
      'of several configs the first feedback rules win',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const resourceIdentifier = identifier('', 'configmaps', map.metadata.name);
        const { metadata } = await bench.createWork([map], {
          manifestConfigs: [
            { resourceIdentifier, feedbackRules: jsonPaths({ first: '.data.k' }) },
            { resourceIdentifier, feedbackRules: jsonPaths({ second: '.data.k' }) },
          ],
        });
        await bench.manifestWith(metadata.name, 0, (status) =>
          expect(valuesOf(status)).toEqual({ first: 'v' }),
        );
      },
    );
  });
}

/** Labels and not data: the Update strategy would not put them right. */
function labelled(bench: Bench): AnyObject {
  const map = configMap(bench.name('cm'));
  return { ...map, metadata: { ...map.metadata, labels: { phase: 'one' } } };
}

/** A work with CreateOnly, so that no application undoes what the case changes. */
async function observed(bench: Bench, scrape: 'Poll' | 'Watch'): Promise<{ map: AnyObject; work: string }> {
  const map = labelled(bench);
  const config: ManifestConfig = {
    resourceIdentifier: identifier('', 'configmaps', map.metadata.name),
    feedbackRules: jsonPaths({ phase: '.metadata.labels.phase' }),
    feedbackScrapeType: scrape,
    updateStrategy: { type: 'CreateOnly' },
  };
  const { metadata } = await bench.createWork([map], { manifestConfigs: [config] });
  await bench.manifestWith(metadata.name, 0, (status) => expect(valuesOf(status)).toEqual({ phase: 'one' }));
  return { map, work: metadata.name };
}

/** Several, so that a poll that happens to be due is not taken for a watch. */
async function fiveChanges(bench: Bench, map: AnyObject, work: string): Promise<void> {
  // The first one may come before the watch is open.
  await bench.patchOnSpoke(map, { metadata: { labels: { phase: 'warm' } } });
  await eventually(async () => {
    const status = (await bench.work(work)).status?.resourceStatus?.manifests?.[0];
    expect(status && valuesOf(status)).toEqual({ phase: 'warm' });
  }, pollDeadline(bench.agent.periods));
  for (const phase of ['a', 'b', 'c', 'd', 'e']) {
    await bench.patchOnSpoke(map, { metadata: { labels: { phase } } });
    await bench.manifestWith(work, 0, (status) => expect(valuesOf(status)).toEqual({ phase }), WATCH_MS);
  }
}

const GROUP = 'feedback.contract.test';

/** The status of a custom resource with this spec, once it carries feedback; by default of every field of the spec. */
async function gadgetFeedback(bench: Bench, spec: Record<string, unknown>, paths?: Record<string, string>) {
  await ensureGadgets(bench);
  const gadget = customResource(GROUP, 'Gadget', bench.name('gadget'), spec);
  const all = Object.fromEntries(Object.keys(spec).map((name) => [name, `.spec.${name}`]));
  const { metadata } = await bench.createWork([gadget], {
    manifestConfigs: [
      {
        resourceIdentifier: identifier(GROUP, 'gadgets', gadget.metadata.name),
        feedbackRules: jsonPaths(paths ?? all),
      },
    ],
  });
  return bench.manifestWith(metadata.name, 0, (status) =>
    expect(conditionOf(status, 'StatusFeedbackSynced')).toBeDefined(),
  );
}

async function ensureGadgets(bench: Bench): Promise<void> {
  const crd = customResourceDefinition(GROUP, 'Gadget');
  if (await bench.existsOnSpoke(crd)) return;
  await bench.grantToAgent(GROUP, 'gadgets');
  await bench.createKind(crd);
}
