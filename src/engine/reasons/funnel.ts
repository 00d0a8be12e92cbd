import { exclusionsOf, residencyByFlow } from '../model/eligibility.ts';
import { buildFederation, EPSILON, type FederationModel } from '../model/federation.ts';
import type { Application, Channel, Problem } from '../problem.ts';
import { RULES, type Rule } from '../vocabulary.ts';

/** How the rules narrow the locations of one service. */
export interface Funnel {
  service: string;
  /** Locations of the problem. */
  total: number;
  /** One step per rule that removes something, in the order of RULES. */
  steps: FunnelStep[];
  /** Locations that no rule on the service alone, nor any hard channel, removes. */
  left: number;
}

export interface FunnelStep {
  rule: Rule;
  /** Locations that the rule removes alone. */
  alone: number;
  /** Locations that it removes of those that the steps before left. */
  inOrder: number;
}

/**
 * Per service how many locations each rule removes, alone and in order. A hard channel (Delay, Path, Crossing)
 * removes a location from which no location of the other end is within reach, where that other end has passed
 * its own rules. Capacity is that of the problem: hand in `aloneIn` to count what others use, and who of them
 * calls the application.
 * O(services x locations + channels x locations^2).
 */
export function funnelsOf(problem: Problem, app: Application): Funnel[] {
  const federation = buildFederation(problem);
  const residency = residencyByFlow(problem, app);
  const locations = [...problem.locations.keys()];
  const byService = new Map(
    app.services.map((service) => [
      service.id,
      locations.map((k) => new Set(rulesAt(problem, federation, app, service, residency, k))),
    ]),
  );
  const open = new Map(
    [...byService].map(([id, rules]) => [id, locations.filter((k) => rules[k]!.size === 0)]),
  );
  for (const channel of app.channels) addChannel(problem, federation, app, channel, open, byService);
  for (const other of problem.applications)
    if (other.id !== app.id)
      for (const channel of other.channels) addCaller(federation, other, channel, byService);
  return app.services.map(({ id }) => ({ service: id, ...stepsOf(byService.get(id)!) }));
}

function rulesAt(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  service: Application['services'][number],
  residency: ReadonlyMap<string, ReadonlySet<string>>,
  k: number,
): Rule[] {
  return exclusionsOf(problem, federation, app, service, residency.get(service.id), k).map(
    ({ rule }) => rule,
  );
}

/** Marks, at both ends, the locations without a partner. */
function addChannel(
  problem: Problem,
  federation: FederationModel,
  app: Application,
  channel: Channel,
  open: ReadonlyMap<string, readonly number[]>,
  rules: ReadonlyMap<string, readonly Set<Rule>[]>,
): void {
  const assured = channel.class === 'ASSURED';
  if (!assured && app.crossing) return;
  const { delay, size } = federation.paths;
  const own = (channel.to.application ?? app.id) === app.id;
  const there = own
    ? open.get(channel.to.service)!
    : problem.fixed
        .filter(
          ({ application, service }) =>
            application === channel.to.application && service === channel.to.service,
        )
        .flatMap(({ shares }) => shares.map(({ location }) => federation.index.get(location)!));
  const here = open.get(channel.from)!;
  const limit = channel.maxDelayMs ?? Number.POSITIVE_INFINITY;
  const broken = (k: number, l: number): Rule | undefined => {
    if (k === l) return undefined;
    if (!app.crossing) return 'Crossing';
    const between = delay[k * size + l]!;
    if (!Number.isFinite(between)) return 'Path';
    return between > limit + EPSILON ? 'Delay' : undefined;
  };
  const mark = (sets: readonly Set<Rule>[], k: number, found: readonly (Rule | undefined)[]) => {
    if (found.length === 0 || found.includes(undefined)) return;
    // A path that is too long says more than one that is missing elsewhere.
    sets[k]!.add(found.includes('Delay') ? 'Delay' : found[0]!);
  };
  for (let k = 0; k < size; k += 1) {
    mark(
      rules.get(channel.from)!,
      k,
      there.map((l) => broken(k, l)),
    );
    if (own)
      mark(
        rules.get(channel.to.service)!,
        k,
        here.map((l) => broken(l, k)),
      );
  }
}

/** Marks the locations that a caller, which stays where it is, would not reach. */
function addCaller(
  { paths: { delay, size }, index }: FederationModel,
  other: Application,
  channel: Channel,
  rules: ReadonlyMap<string, readonly Set<Rule>[]>,
): void {
  const sets = rules.get(channel.to.service);
  const from = index.get(other.services.find(({ id }) => id === channel.from)?.onlyLocations?.[0] ?? '');
  if (!sets || from === undefined) return;
  for (let l = 0; l < size; l += 1) {
    if (l === from) continue;
    if (!other.crossing) sets[l]!.add('Crossing');
    else if (channel.class === 'ASSURED') {
      const between = delay[from * size + l]!;
      if (!Number.isFinite(between)) sets[l]!.add('Path');
      else if (between > (channel.maxDelayMs ?? Number.POSITIVE_INFINITY) + EPSILON) sets[l]!.add('Delay');
    }
  }
}

function stepsOf(rules: readonly ReadonlySet<Rule>[]): Omit<Funnel, 'service'> {
  let left = rules;
  const steps: FunnelStep[] = [];
  for (const rule of RULES) {
    const alone = rules.filter((each) => each.has(rule)).length;
    if (alone === 0) continue;
    const rest = left.filter((each) => !each.has(rule));
    steps.push({ rule, alone, inOrder: left.length - rest.length });
    left = rest;
  }
  return { total: rules.length, steps, left: left.length };
}
