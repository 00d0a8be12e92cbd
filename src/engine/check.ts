import { recomputeTerms } from './checkfigures.ts';
import type { Application, Channel, Link, Location, Problem, Service, Share } from './problem.ts';
import {
  type ApplicationResult,
  type Reason,
  type Result,
  type Rule,
  TERMS,
  type Term,
  type TermValues,
} from './result.ts';

/**
 * The referee: judges a result from the problem alone and shares no code with any solver. Plain and slow on
 * purpose. Returns every broken rule and every figure that does not follow from the placement; nothing for
 * applications that were not placed.
 */
export function check(problem: Problem, result: Result): Reason[] {
  const referee = new Referee(problem, result);
  return referee.judge();
}

/**
 * The terms of one application as the referee computes them from the places that a result names.
 * For applications without channels to or from other applications of the problem.
 */
export function termsOfPlacement(
  problem: Problem,
  result: Result,
  app: Application,
): { terms: TermValues; normalised: TermValues } {
  return new Referee(problem, result).recompute(app);
}

/** What a path between two locations amounts to. */
interface Path {
  delay: number;
  links: number[];
}

/** Figures agree when they differ by no more than this share. */
const TOLERANCE = 1e-9;

class Referee {
  readonly #problem: Problem;
  readonly #result: Result;
  readonly #locations: Map<string, Location>;
  readonly #links: Link[];
  readonly #shares = new Map<string, readonly Share[]>();
  readonly #found: Reason[] = [];
  #worst: number | undefined;
  readonly #averages = new Map<Term, number>();
  readonly #paths = new Map<string, Map<string, Path>>();

  constructor(problem: Problem, result: Result) {
    this.#problem = problem;
    this.#result = result;
    this.#locations = new Map(problem.locations.map((location) => [location.id, location]));
    this.#links = problem.links.flatMap((link) =>
      link.bidirectional ? [link, { ...link, from: link.to, to: link.from }] : [link],
    );
    for (const { application, service, shares } of problem.fixed)
      this.#shares.set(`${application}/${service}`, shares);
    for (const { application, services } of result.applications) {
      for (const { service, shares } of services) this.#shares.set(`${application}/${service}`, shares);
    }
  }

  judge(): Reason[] {
    for (const app of this.#problem.applications) {
      const answer = this.#result.applications.find(({ application }) => application === app.id);
      if (!answer || (answer.verdict !== 'Optimal' && answer.verdict !== 'Feasible')) continue;
      for (const service of app.services) this.#judgeService(app, service);
      for (const channel of app.channels) this.#judgeChannel(app, channel, () => true, '');
      if (app.survive === 'AnyDomain') this.#judgeSurvival(app);
      this.#judgeFigures(app, answer);
    }
    this.#judgeCapacity();
    this.#judgeBandwidth();
    return this.#found;
  }

  recompute(app: Application): { terms: TermValues; normalised: TermValues } {
    return recomputeTerms(this.#problem, app, {
      shares: (service) => this.#shares.get(`${app.id}/${service}`) ?? [],
      routes: (channel) => this.#routes(app, channel),
      delay: (from, to) => this.#path(from, to).delay,
      worstDelay: this.#worstDelay(),
      averages: this.#averages,
      along: (from, to) => this.#along(from, to),
    });
  }

  #fail(rule: Rule, app: Application, message: string, more: Partial<Reason> = {}): void {
    this.#found.push({ rule, application: app.id, message, ...more });
  }

  #judgeService(app: Application, service: Service): void {
    const shares = this.#shares.get(`${app.id}/${service.id}`) ?? [];
    const total = shares.reduce((sum, { replicas }) => sum + replicas, 0);
    const at = { service: service.id };
    if (total !== service.replicas)
      this.#fail('Capacity', app, `${total} of ${service.replicas} replicas are placed`, at);
    for (const { location: id } of shares) {
      const location = this.#locations.get(id);
      const where = { ...at, location: id };
      if (!location) {
        this.#fail('Candidate', app, 'no such location', where);
        continue;
      }
      if (app.candidates !== undefined && !app.candidates.includes(id))
        this.#fail('Candidate', app, 'not a candidate', where);
      if (service.onlyLocations !== undefined && !service.onlyLocations.includes(id))
        this.#fail('Selector', app, 'not among the clusters named', where);
      if (service.notLocations.includes(id)) this.#fail('Selector', app, 'excluded by name', where);
      for (const requirement of service.requirements) {
        if (!matches(location.labels[requirement.key], requirement))
          this.#fail('Selector', app, `label ${requirement.key}`, where);
      }
      const runsHere = service.running?.some((share) => share.location === id) ?? false;
      for (const taint of location.taints) {
        if (taint.effect === 'PreferNoSelect' || (taint.effect === 'NoSelectIfNew' && runsHere)) continue;
        if (!service.tolerations.some((toleration) => tolerates(toleration, taint)))
          this.#fail('Taint', app, taint.key, where);
      }
      if ((location.securityClass ?? 0) < (service.securityClass ?? 0))
        this.#fail('SecurityClass', app, 'class too low', where);
      if ((location.complianceClass ?? 0) < (service.complianceClass ?? 0))
        this.#fail('ComplianceClass', app, 'class too low', where);
      if (service.move.policy === 'Pinned' && service.running !== undefined && !runsHere)
        this.#fail('Pinned', app, 'pinned elsewhere', where);
      this.#judgeData(app, service, location);
      const shapes = location.shapes;
      if (
        shapes &&
        !shapes.some((shape) =>
          Object.entries(service.demand).every(([name, amount]) =>
            within(amount, shape[name] ?? Number.POSITIVE_INFINITY),
          ),
        )
      ) {
        this.#fail('Shape', app, 'no node is large enough', where);
      }
    }
    const { spread } = service;
    if (spread) {
      const domains = new Set(
        shares.map(({ location }) => (spread.over === 'Zone' ? this.#zone(location) : location)),
      );
      if (domains.size < Math.min(spread.min, service.replicas))
        this.#fail('Spread', app, `${domains.size} of ${spread.min} domains`, at);
    }
  }

  #judgeData(app: Application, service: Service, location: Location): void {
    const where = { service: service.id, location: location.id };
    for (const jurisdictions of this.#boundTo(app, service.id)) {
      if (location.jurisdiction === undefined || !jurisdictions.includes(location.jurisdiction)) {
        this.#fail('Residency', app, `must stay in ${jurisdictions.join(' or ')}`, where);
      }
    }
    for (const need of service.data.filter(({ locality }) => locality === 'Required')) {
      const holders = this.#problem.datasets.find(({ id }) => id === need.dataset)?.holders ?? [];
      const near = holders.some((holder) => {
        const stale = holder.stalenessSeconds ?? Number.POSITIVE_INFINITY;
        if (need.maxStalenessSeconds !== undefined && stale > need.maxStalenessSeconds) return false;
        if (holder.location === location.id) return true;
        return (
          need.maxDelayMs !== undefined &&
          within(this.#path(location.id, holder.location).delay, need.maxDelayMs)
        );
      });
      if (!near) this.#fail('Data', app, `data set ${need.dataset} is out of reach`, where);
    }
  }

  /** Residency rules of every data set that flows to the service along channels that are not clean. */
  #boundTo(app: Application, service: string): string[][] {
    const reached = new Set([service]);
    for (let grown = true; grown; ) {
      grown = false;
      for (const { from, to, clean } of app.channels) {
        if (clean || to.application !== undefined) continue;
        if (reached.has(from) === reached.has(to.service)) continue;
        reached.add(from).add(to.service);
        grown = true;
      }
    }
    const read = app.services
      .filter(({ id }) => reached.has(id))
      .flatMap(({ data }) => data.map(({ dataset }) => dataset));
    return this.#problem.datasets
      .filter(({ id, residency }) => residency.length > 0 && read.includes(id))
      .map(({ residency }) => residency);
  }

  #judgeChannel(
    app: Application,
    channel: Channel,
    alive: (location: string) => boolean,
    when: string,
  ): void {
    const { callers, callees } = this.#ends(app, channel);
    for (const caller of callers.filter(({ location }) => alive(location))) {
      const delays = callees
        .filter(({ location }) => alive(location))
        .map(({ location }) => this.#path(caller.location, location));
      if (delays.length === 0) continue;
      const least = Math.min(...delays.map(({ delay }) => delay));
      const here = callees.some(({ location }) => location === caller.location && alive(location));
      const at = { service: channel.from, channel: channel.id, location: caller.location };
      if (here) continue;
      if (!app.crossing) this.#fail('Crossing', app, `crosses locations${when}`, at);
      if (channel.class !== 'ASSURED') continue;
      if (!Number.isFinite(least)) this.#fail('Path', app, `no path${when}`, at);
      else if (channel.maxDelayMs !== undefined && !within(least, channel.maxDelayMs)) {
        this.#fail('Delay', app, `${least} ms of ${channel.maxDelayMs} ms${when}`, at);
      }
    }
  }

  #judgeSurvival(app: Application): void {
    const zones = new Set(
      app.services.flatMap(({ id }) =>
        (this.#shares.get(`${app.id}/${id}`) ?? []).map(({ location }) => this.#zone(location)),
      ),
    );
    for (const lost of zones) {
      const alive = (location: string) => this.#zone(location) !== lost;
      for (const { id } of app.services) {
        if (!(this.#shares.get(`${app.id}/${id}`) ?? []).some(({ location }) => alive(location))) {
          this.#fail('Survival', app, `nothing is left without ${lost}`, { service: id });
        }
      }
      for (const channel of app.channels) this.#judgeChannel(app, channel, alive, ` without ${lost}`);
    }
  }

  #judgeCapacity(): void {
    const used = new Map<string, number>();
    for (const app of this.#problem.applications) {
      for (const service of app.services) {
        if (!this.#isPlaced(app)) continue;
        for (const { location, replicas } of this.#shares.get(`${app.id}/${service.id}`) ?? []) {
          for (const [resource, amount] of Object.entries(service.demand)) {
            const key = `${location}\n${resource}`;
            used.set(key, (used.get(key) ?? 0) + amount * replicas);
          }
        }
      }
    }
    for (const [key, amount] of used) {
      const [location = '', resource = ''] = key.split('\n');
      const free = this.#locations.get(location)?.free[resource] ?? 0;
      if (amount <= 0 || within(amount, free)) continue;
      for (const app of this.#problem.applications) {
        const uses = app.services.some(({ id }) =>
          (this.#shares.get(`${app.id}/${id}`) ?? []).some((share) => share.location === location),
        );
        if (uses) this.#fail('Capacity', app, `${amount} of ${free} ${resource}`, { location });
      }
    }
  }

  #judgeBandwidth(): void {
    const load = new Map<number, number>();
    const users = new Map<number, Set<Application>>();
    for (const app of this.#problem.applications.filter((each) => this.#isPlaced(each))) {
      for (const channel of app.channels) {
        if (channel.class !== 'ASSURED' || !channel.bandwidthMbps) continue;
        for (const { from, to, share } of this.#routes(app, channel)) {
          const pair = this.#pairBandwidth(from, to);
          if (!within(channel.bandwidthMbps * share, pair))
            this.#fail('Bandwidth', app, `${pair} Mbit/s`, { channel: channel.id });
          for (const link of this.#path(from, to).links) {
            load.set(link, (load.get(link) ?? 0) + channel.bandwidthMbps * share);
            users.set(link, (users.get(link) ?? new Set()).add(app));
          }
        }
      }
    }
    for (const [link, mbps] of load) {
      const capacity = this.#links[link]?.bandwidthMbps ?? Number.POSITIVE_INFINITY;
      if (within(mbps, capacity)) continue;
      for (const app of users.get(link) ?? []) this.#fail('Bandwidth', app, `${mbps} of ${capacity} Mbit/s`);
    }
  }

  #judgeFigures(app: Application, answer: ApplicationResult): void {
    const { objective, lowerBound } = answer;
    if (objective === undefined || lowerBound === undefined) return;
    if (!within(lowerBound, objective))
      this.#fail('Capacity', app, `bound ${lowerBound} is above the objective ${objective}`);
    const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
    const weighted = TERMS.reduce(
      (sum, term) => sum + (app.profile[term] / weights) * (answer.normalised[term] ?? 0),
      0,
    );
    if (!close(weighted, objective))
      this.#fail('Capacity', app, `objective ${objective} is not the weighted sum ${weighted}`);
    if (this.#touchesOthers(app)) return;
    const recomputed = this.recompute(app);
    for (const term of TERMS) {
      for (const kind of ['terms', 'normalised'] as const) {
        const said = answer[kind][term];
        if (said === undefined || close(said, recomputed[kind][term] ?? Number.NaN)) continue;
        this.#fail('Capacity', app, `${kind} ${term} is ${said}, should be ${recomputed[kind][term]}`);
      }
      // A term that weighs something and is left out would make the objective look better than it is.
      if (
        app.profile[term] > 0 &&
        recomputed.normalised[term] !== undefined &&
        answer.normalised[term] === undefined
      )
        this.#fail('Capacity', app, `normalised ${term} is missing`);
    }
  }

  /**
   * Channels between two applications of the problem: which of them counted depends on the order in which
   * the applications were placed, so that figures cannot be told from the placement alone.
   */
  #touchesOthers(app: Application): boolean {
    const ids = new Set(this.#problem.applications.map(({ id }) => id));
    return this.#problem.applications.some((of) =>
      of.channels.some(({ to }) => {
        const target = to.application ?? of.id;
        return target !== of.id && ids.has(target) && (of.id === app.id || target === app.id);
      }),
    );
  }

  /** Price, energy and loss along the path. */
  #along(from: string, to: string): { usdPerGB: number; kWhPerGB: number; lossNats: number } {
    const along = { usdPerGB: 0, kWhPerGB: 0, lossNats: 0 };
    if (from === to) return along;
    const nats = (loss: number) => (loss >= 1 ? 1e3 : -Math.log(1 - loss));
    const { matrices } = this.#problem;
    if (matrices) {
      const ids = [...this.#locations.keys()];
      const read = (rows: readonly (readonly (number | null)[])[] | undefined) =>
        rows?.[ids.indexOf(from)]?.[ids.indexOf(to)] ?? 0;
      return {
        usdPerGB: read(matrices.usdPerGB),
        kWhPerGB: read(matrices.kWhPerGB),
        lossNats: nats(read(matrices.loss)),
      };
    }
    for (const index of this.#path(from, to).links) {
      const link = this.#links[index];
      along.usdPerGB += link?.usdPerGB ?? 0;
      along.kWhPerGB += link?.kWhPerGB ?? 0;
      along.lossNats += nats(link?.loss ?? 0);
    }
    return along;
  }

  #worstDelay(): number {
    if (this.#worst !== undefined) return this.#worst;
    let worst = 0;
    for (const from of this.#locations.keys()) {
      for (const to of this.#locations.keys()) {
        const { delay } = this.#path(from, to);
        if (Number.isFinite(delay)) worst = Math.max(worst, delay);
      }
    }
    this.#worst = worst;
    return worst;
  }

  #isPlaced(app: Application): boolean {
    const verdict = this.#result.applications.find(({ application }) => application === app.id)?.verdict;
    return verdict === 'Optimal' || verdict === 'Feasible';
  }

  #ends(app: Application, channel: Channel): { callers: readonly Share[]; callees: readonly Share[] } {
    return {
      callers: this.#shares.get(`${app.id}/${channel.from}`) ?? [],
      callees: this.#shares.get(`${channel.to.application ?? app.id}/${channel.to.service}`) ?? [],
    };
  }

  #routes(app: Application, channel: Channel): { from: string; to: string; share: number }[] {
    const { callers, callees } = this.#ends(app, channel);
    const total = callers.reduce((sum, { replicas }) => sum + replicas, 0);
    if (callees.length === 0) return [];
    const order = [...this.#locations.keys()];
    const sorted = [...callees].sort((a, b) => order.indexOf(a.location) - order.indexOf(b.location));
    return callers.map(({ location, replicas }) => {
      const nearest = sorted.reduce((best, each) =>
        this.#path(location, each.location).delay < this.#path(location, best.location).delay ? each : best,
      );
      return { from: location, to: nearest.location, share: replicas / total };
    });
  }

  #zone(location: string): string {
    return this.#locations.get(location)?.zone ?? `location ${location}`;
  }

  #pairBandwidth(from: string, to: string): number {
    const ids = [...this.#locations.keys()];
    if (from === to) return Number.POSITIVE_INFINITY;
    return (
      this.#problem.matrices?.bandwidthMbps?.[ids.indexOf(from)]?.[ids.indexOf(to)] ??
      Number.POSITIVE_INFINITY
    );
  }

  #path(from: string, to: string): Path {
    if (from === to) return { delay: 0, links: [] };
    const { matrices } = this.#problem;
    if (matrices) {
      const ids = [...this.#locations.keys()];
      return {
        delay: matrices.delayMs[ids.indexOf(from)]?.[ids.indexOf(to)] ?? Number.POSITIVE_INFINITY,
        links: [],
      };
    }
    let tree = this.#paths.get(from);
    if (!tree) {
      tree = this.#bellmanFord(from);
      this.#paths.set(from, tree);
    }
    return tree.get(to) ?? { delay: Number.POSITIVE_INFINITY, links: [] };
  }

  /**
   * Shortest paths by repeated relaxation; locations other than the source pass nothing on. Equal delays:
   * fewer links, then the smaller id of the place before, then the link that is listed first.
   */
  #bellmanFord(source: string): Map<string, Path> {
    const tree = new Map<string, Arrival>([[source, { delay: 0, hops: 0, via: source, link: -1 }]]);
    for (let changed = true; changed; ) {
      changed = false;
      this.#links.forEach(({ from, to, delayMs }, link) => {
        const before = tree.get(from);
        if (!before || to === source || (from !== source && this.#locations.has(from))) return;
        const next = { delay: before.delay + delayMs, hops: before.hops + 1, via: from, link };
        const known = tree.get(to);
        if (known && !precedes(next, known)) return;
        tree.set(to, next);
        changed = true;
      });
    }
    const paths = new Map<string, Path>();
    for (const [place, { delay }] of tree) {
      const links: number[] = [];
      for (let at = tree.get(place)!; at.link >= 0; at = tree.get(at.via)!) links.unshift(at.link);
      paths.set(place, { delay, links });
    }
    return paths;
  }
}

interface Arrival {
  delay: number;
  hops: number;
  via: string;
  link: number;
}

function precedes(a: Arrival, b: Arrival): boolean {
  if (a.delay !== b.delay) return a.delay < b.delay;
  if (a.hops !== b.hops) return a.hops < b.hops;
  return a.via === b.via ? a.link < b.link : a.via < b.via;
}

function matches(value: string | undefined, { operator, values }: Service['requirements'][number]): boolean {
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const listed = value !== undefined && values.includes(value);
  return operator === 'In' ? listed : !listed;
}

function tolerates(toleration: Service['tolerations'][number], taint: Location['taints'][number]): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === '') return toleration.operator === 'Exists';
  return (
    toleration.key === taint.key && (toleration.operator === 'Exists' || toleration.value === taint.value)
  );
}

function within(amount: number, limit: number): boolean {
  return amount <= limit + 1e-6 * Math.max(1e-3, Math.abs(limit));
}

function close(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
}
