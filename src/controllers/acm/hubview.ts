import { planName } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { BUILT_IN_PROFILES } from '../../api/codeco/v1alpha1/performanceprofile.ts';
import type { Client } from '../../runtime/client.ts';
import { isOf } from '../../snapshot/appstate.ts';
import { policyRules } from '../../snapshot/policy.ts';
import { clusterChanged, type FederationFacts, federationFacts } from './federationfacts.ts';
import type { HubCaches } from './hubcaches.ts';
import { HubContent } from './hubcontent.ts';
import { renderedNames } from './intake.ts';
import { podCheckObstacle, podSecurityNamespace } from './podcheck.ts';
import type { AcmView } from './view.ts';

/** What ACM's caches say, in the words of its reconcilers. */
export function hubView(caches: HubCaches, client: Client): AcmView {
  const { apps, plans, revisions, works, clusters, policies, capabilities } = caches;
  const { clusterSets, setBindings, placementDecisions, profiles, datasets, namespaces, secrets } = caches;
  const content = new HubContent(client, caches.configMaps.lister);

  // The same for every application, and a thousand clusters long: made once, until one of its objects changes.
  let facts: FederationFacts | undefined;
  const stale = () => {
    facts = undefined;
  };
  clusters.onEvent((event) => {
    if (clusterChanged(event)) stale();
  });
  clusterSets.onEvent(stale);
  setBindings.onEvent(stale);
  placementDecisions.onEvent(stale);
  capabilities.onEvent(stale);
  policies.onEvent(stale);
  namespaces.onEvent(stale);
  datasets.onEvent(stale);

  return {
    app: (key) => apps.lister.get(key),
    apps: (namespace) => apps.lister.list(namespace),
    namesakes: (app) => [
      ...new Set(
        renderedNames(app).flatMap((name) =>
          apps.lister.byIndex('name', `${app.metadata.namespace}/${name}`),
        ),
      ),
    ],
    plan: (app) => {
      const name = planName(app.metadata.name);
      const plan = plans.lister.get({ namespace: app.metadata.namespace ?? '', name });
      return plan && isOf(plan, app) ? plan : undefined;
    },
    revisions: ({ metadata }) => revisions.lister.byIndex('owner', metadata.uid ?? ''),
    works: (uid) => works.lister.byIndex('app', uid),
    baseWorks: (cluster) => works.lister.byIndex('base', cluster),
    clusters: () => new Set(clusters.lister.list().map(({ metadata }) => metadata.name)),
    policy: (namespace) =>
      policyRules({ policies: policies.lister.list(), namespaces: namespaces.lister.list() }, namespace),
    datasets: (namespace) => new Set(datasets.lister.list(namespace).map(({ metadata }) => metadata.name)),
    profiles: () =>
      new Set([
        ...Object.keys(BUILT_IN_PROFILES),
        ...profiles.lister.list().map(({ metadata }) => metadata.name),
      ]),
    classified: () => ({
      security: capabilities.lister.list().some(({ spec }) => spec.securityClass !== undefined),
      compliance: capabilities.lister.list().some(({ spec }) => spec.complianceClass !== undefined),
    }),
    federation: () => {
      facts ??= federationFacts({
        managedClusters: clusters.lister.list(),
        clusterSets: clusterSets.lister.list(),
        setBindings: setBindings.lister.list(),
        placementDecisions: placementDecisions.lister.list(),
        capabilities: capabilities.lister.list(),
        policies: policies.lister.list(),
        namespaces: namespaces.lister.list(),
        datasets: datasets.lister.list(),
      });
      return facts;
    },
    podCheckObstacle: (level) =>
      podCheckObstacle(level, namespaces.lister.get({ namespace: '', name: podSecurityNamespace(level) })),
    hubObjects: async (namespace, names) => {
      const configMaps = await content.configMaps(namespace, names);
      return {
        configMap: (name) => configMaps.get(name),
        secret: (name) => secrets.lister.get({ namespace, name }),
      };
    },
  };
}
