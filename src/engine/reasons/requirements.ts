import type { Application, Dataset, Problem } from '../problem.ts';
import { channelRequirements, ownersOf } from './channelrequirements.ts';
import type { Draft, Requirement } from './requirement.ts';
import {
  capacityRules,
  classRules,
  dataRules,
  pinnedRule,
  selectorRules,
  spreadRule,
  taintRule,
} from './servicerequirements.ts';
import { someOf } from './words.ts';

/**
 * Everything that can stand in the way of an application, in the order in which it is tried to do without:
 * what is tried last is most likely to be named. So what administrators decide and plain size come first,
 * and what the author of the application wrote about limits, data and places comes last.
 *
 * @param problem the other applications of it call this one, and stay where they are
 */
export function requirementsOf(problem: Problem, app: Application): Requirement[] {
  const datasets = new Map(problem.datasets.map((dataset) => [dataset.id, dataset]));
  const used = [...new Set(app.services.flatMap(({ data }) => data.map(({ dataset }) => dataset)))];
  const owners = [app, ...problem.applications.filter(({ id }) => id !== app.id)];
  const channels = owners.flatMap((owner) =>
    owner.channels.map((channel) => channelRequirements(app, owner, channel)),
  );
  return [
    ...candidateRule(app),
    ...app.services.flatMap((service) => capacityRules(service)),
    ...channels.flatMap(({ bandwidth }) => bandwidth),
    ...survivalRule(app),
    ...app.services.flatMap((service) => spreadRule(service)),
    ...app.services.flatMap((service) => taintRule(problem, service)),
    ...owners.flatMap((owner) => crossingRule(app, owner)),
    ...channels.flatMap(({ reach }) => reach),
    ...app.services.flatMap((service) => dataRules(service)),
    ...used.flatMap((id) => residencyRule(datasets.get(id))),
    ...app.services.flatMap((service) => classRules(service)),
    ...app.services.flatMap((service) => pinnedRule(service)),
    ...app.services.flatMap((service) => selectorRules(service)),
  ];
}

/** The problem of one application and its callers, changed by hand. */
export function drafted(problem: Problem, app: Application, change: (draft: Draft) => void): Problem {
  const draft: Draft = {
    app: structuredClone(app),
    callers: structuredClone(problem.applications.filter(({ id }) => id !== app.id)),
    datasets: structuredClone(problem.datasets),
    pathless: new Set(),
  };
  change(draft);
  const channels = ownersOf(draft);
  for (const key of draft.pathless) {
    const channel = channels.get(key)!;
    // A limit or a reservation that still stands needs a path, too.
    if (channel.maxDelayMs === undefined && channel.bandwidthMbps === undefined) channel.class = 'BESTEFFORT';
  }
  return { ...problem, applications: [draft.app, ...draft.callers], datasets: draft.datasets };
}

/** The same less the requirements whose keys are given. */
export function without(
  problem: Problem,
  app: Application,
  requirements: readonly Requirement[],
  removed: ReadonlySet<string>,
): Problem {
  return drafted(problem, app, (draft) => {
    for (const requirement of requirements) if (removed.has(requirement.key)) requirement.drop(draft);
  });
}

function candidateRule(app: Application): Requirement[] {
  if (!app.candidates) return [];
  const names = someOf(app.candidates);
  return [
    {
      key: 'Candidate',
      rule: 'Candidate',
      message: `only ${names || 'no cluster'} ${app.candidates.length === 1 ? 'is' : 'are'} open to the application`,
      drop: (draft) => {
        delete draft.app.candidates;
      },
    },
  ];
}

function survivalRule({ survive }: Application): Requirement[] {
  if (survive === 'None') return [];
  return [
    {
      key: 'Survival',
      rule: 'Survival',
      message: 'the application must stay up when any one failure domain is lost',
      drop: (draft) => {
        draft.app.survive = 'None';
      },
    },
  ];
}

/** @param owner the application, or one that calls it */
function crossingRule(app: Application, owner: Application): Requirement[] {
  if (owner.crossing || owner.channels.length === 0) return [];
  const own = owner.id === app.id;
  return [
    {
      key: crossingKey(app, owner),
      rule: 'Crossing',
      message: `${own ? 'its channels' : `the channels of ${owner.id} to it`} may not cross clusters: no FederationPolicy connects them`,
      drop: (draft) => {
        [draft.app, ...draft.callers].find(({ id }) => id === owner.id)!.crossing = true;
      },
    },
  ];
}

export function crossingKey(app: Application, owner: Application): string {
  return owner.id === app.id ? 'Crossing' : `Crossing:${owner.id}`;
}

function residencyRule(dataset: Dataset | undefined): Requirement[] {
  if (!dataset || dataset.residency.length === 0) return [];
  const { id, residency } = dataset;
  return [
    {
      key: `Residency:${id}`,
      rule: 'Residency',
      dataset: id,
      message: `data set ${id} may not leave ${residency.join(' or ')}`,
      drop: (draft) => {
        draft.datasets.find((each) => each.id === id)!.residency = [];
      },
    },
  ];
}
