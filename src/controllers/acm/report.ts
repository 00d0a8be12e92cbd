import type { CodecoAppStatus } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { type ConditionDraft, mergeConditions, withoutConditions } from '../../api/conditions.ts';
import { availableCondition } from './conditions/available.ts';
import { degradedCondition } from './conditions/degraded.ts';
import { distributedCondition } from './conditions/distributed.ts';
import { edgesOf } from './conditions/edges.ts';
import { energyCondition } from './conditions/energy.ts';
import { legacyStatus, SERVICES_SHOWN } from './conditions/legacystatus.ts';
import { migratingCondition } from './conditions/migrating.ts';
import { plannedCondition } from './conditions/planned.ts';
import { readyCondition } from './conditions/ready.ts';
import type { ReportInput } from './conditions/reportinput.ts';
import { classesCondition, dataCondition } from './conditions/requirements.ts';
import { survivalCondition } from './conditions/survival.ts';
import { isReady, type PlaceState } from './running.ts';

/** Clusters of one service named in status; the plan has them all. */
const CLUSTERS_SHOWN = 20;

/** Conditions that exist only while they apply. */
const PASSING: readonly string[] = [
  'FieldsIgnored',
  'Migrating',
  'Degraded',
  'SurvivesClusterLoss',
  'EnergyLimitExceeded',
];

/** The whole status of an app, from what is known now. Equal input gives equal bytes, times apart. */
export function reportStatus(input: ReportInput): CodecoAppStatus {
  const { app, accepted, plan, places, podCheck } = input;
  const generation = app.metadata.generation ?? 1;
  const planned = plannedCondition(input);
  const distributed = distributedCondition(input);
  const available = availableCondition(input);
  const edges = edgesOf(input);
  const standing: ConditionDraft[] = [
    input.modelValid,
    planned,
    distributed,
    available,
    edges.condition,
    dataCondition(input),
    classesCondition(input),
  ];
  const ready = readyCondition(input, standing);
  const passing = [
    input.fieldsIgnored,
    migratingCondition(input),
    degradedCondition(input),
    survivalCondition(input),
    energyCondition(input),
  ].filter((draft) => draft !== undefined);
  const gone = PASSING.filter((type) => !passing.some((draft) => draft.type === type));
  const kept = withoutConditions(app.status?.conditions, gone);
  const wanted = places.filter((place) => place.wanted > 0);
  const gap = plan?.spec.decision?.evidence.gap;
  const clusters = new Set(wanted.map(({ cluster }) => cluster));
  const profile = app.spec.performanceProfile ?? plan?.spec.decision?.evidence.profile ?? 'Balanced';
  return {
    observedGeneration: generation,
    ...(accepted ? { acceptedRevision: accepted.revision, acceptedGeneration: accepted.generation } : {}),
    ...(podCheck ? { podCheck } : {}),
    conditions: mergeConditions(kept, [...standing, ready, ...passing], generation, input.now),
    services: servicesOf(wanted),
    summary: {
      services: `${servicesReady(input)}/${app.spec['codecoapp-msspec'].length}`,
      ...(clusters.size > 0 ? { clusters: clusters.size } : {}),
      edges: edges.text,
      profile,
      gap: gap === undefined ? '-' : `${(gap * 100).toFixed(1)} %`,
    },
    ...legacyStatus(places, ready, available, [input.modelValid, planned, distributed, available]),
  };
}

function servicesOf(wanted: readonly PlaceState[]): NonNullable<CodecoAppStatus['services']> {
  const byService = Map.groupBy(wanted, ({ service }) => service);
  return [...byService].slice(0, SERVICES_SHOWN).map(([serviceName, places]) => ({
    serviceName,
    clusters: places.slice(0, CLUSTERS_SHOWN).map(({ cluster, wanted: replicas, state }) => ({
      name: cluster,
      replicas,
      ready: state?.serving ?? 0,
    })),
  }));
}

function servicesReady({ app, places }: ReportInput): number {
  return app.spec['codecoapp-msspec'].filter(({ serviceName }) => {
    const own = places.filter(({ service, wanted }) => service === serviceName && wanted > 0);
    return own.length > 0 && own.every(isReady);
  }).length;
}
