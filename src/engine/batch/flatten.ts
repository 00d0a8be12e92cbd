import type { ChannelModel } from '../model/appmodel.ts';
import type { FederationModel } from '../model/federation.ts';
import type { Application, Problem } from '../problem.ts';
import { TERMS, type Term } from '../vocabulary.ts';
import { Eligibility } from './eligible.ts';
import { type FlatApp, type FlatModel, KIND, RULE } from './flatmodel.ts';
import type { Layout } from './layout.ts';
import { orderVariables } from './order.ts';
import { planOf } from './plan.ts';
import { Waiting } from './waiting.ts';

/** A batch as columns, and the rows that its columns name. */
export interface Flattened {
  readonly model: FlatModel;
  /** 1 where services of the class may run. */
  readonly classes: readonly Uint8Array[];
  /** ms by location. */
  readonly waits: readonly Float64Array[];
}

/**
 * Applications as columns; the federation, rows of rules and rows of delays are shared by all of them.
 * O(services + channels), and locations for each row that nobody had before.
 */
export function flatten(
  problem: Problem,
  federation: FederationModel,
  layout: Layout,
  apps: readonly Application[],
): Flattened {
  const waiting = new Waiting(problem, federation);
  const eligibility = new Eligibility(problem, federation, waiting.holdersOf);
  const columns = new Columns(federation, layout, waiting, eligibility);
  for (const app of apps) columns.add(app);
  return { model: columns.finish(), classes: eligibility.rows, waits: waiting.rows };
}

const NOTHING = { perMs: 0, perGB: 0, perNat: 0, maxDelay: Number.POSITIVE_INFINITY };

class Columns {
  readonly #federation: FederationModel;
  readonly #waiting: Waiting;
  readonly #eligibility: Eligibility;
  readonly #means: { price: Float64Array; grams: number; unavailability: number };
  /** Groups tell whether two locations are in one zone; whether they are one location. */
  readonly #zonesTold: boolean;
  readonly #locationsTold: boolean;
  readonly #apps: FlatApp[] = [];
  readonly #serviceStart = [0];
  readonly #variableStart = [0];
  readonly #factorStart = [0];
  readonly #firstVariable: number[] = [];
  readonly #serviceDemand: number[] = [];
  readonly #serviceClass: number[] = [];
  readonly #waitStart = [0];
  readonly #waitRow: number[] = [];
  readonly #waitCalls: number[] = [];
  readonly #variableService: number[] = [];
  readonly #replicas: number[] = [];
  readonly #demand: number[] = [];
  readonly #share: number[] = [];
  readonly #slotStart = [0];
  readonly #slotVariable: number[] = [];
  readonly #slotFactor: number[] = [];
  readonly #perMs: number[] = [];
  readonly #perGB: number[] = [];
  readonly #perNat: number[] = [];
  readonly #maxDelay: number[] = [];
  readonly #rule: number[] = [];
  readonly #kind: number[] = [];
  readonly #apart: number[] = [];

  constructor(federation: FederationModel, layout: Layout, waiting: Waiting, eligibility: Eligibility) {
    this.#federation = federation;
    this.#zonesTold = layout.zone.every((zone) => zone >= 0);
    this.#locationsTold = layout.groups === layout.locations;
    this.#waiting = waiting;
    this.#eligibility = eligibility;
    const { resources, price, gramsPerCore, unavailability } = federation;
    const R = resources.length;
    const prices = new Float64Array(R);
    for (let at = 0; at < price.length; at += 1) prices[at % R] = prices[at % R]! + price[at]!;
    this.#means = {
      price: prices.map((sum) => sum / federation.ids.length),
      grams: meanOf(gramsPerCore),
      unavailability: meanOf(unavailability),
    };
  }

  add(app: Application): void {
    const { resources } = this.#federation;
    const cores = resources.indexOf('cpu');
    const index = new Map(app.services.map(({ id }, at) => [id, at]));
    const classes = this.#eligibility.classesOf(app);
    const channels = channelsOf(app, index);
    const first = this.#serviceStart.at(-1)!;
    let [cost, cpu, wait, calls] = [0, 0, 0, 0];
    let [splittable, reserves] = [false, false];
    app.services.forEach((service, at) => {
      const { demand, replicas, spread } = service;
      this.#firstVariable.push(this.#variableService.length);
      this.#serviceClass.push(classes[at]!);
      for (let r = 0; r < resources.length; r += 1) {
        const amount = demand[resources[r]!] ?? 0;
        this.#serviceDemand.push(amount);
        if (amount === 0) continue;
        cost += replicas * amount * this.#means.price[r]!;
        if (r === cores) cpu += replicas * amount;
      }
      for (const entry of app.entryPoints) {
        if (entry.service === service.id)
          wait += this.#wait(this.#waiting.ofUsers(entry), entry.callsPerSecond);
      }
      for (const need of service.data) wait += this.#wait(this.#waiting.ofData(need), 1);
      calls += service.data.length;
      this.#waitStart.push(this.#waitRow.length);
      const parts = spread?.min ?? 1;
      if (parts < replicas) splittable = true;
      for (let part = 0; part < parts; part += 1) {
        const own = Math.floor(replicas / parts) + (part < replicas % parts ? 1 : 0);
        this.#variableService.push(first + at);
        this.#replicas.push(own);
        this.#share.push(own / replicas);
        for (const resource of resources) this.#demand.push((demand[resource] ?? 0) * own);
      }
    });
    for (const { callsPerSecond } of app.entryPoints) calls += callsPerSecond;
    let [volume, channelCalls] = [0, 0];
    for (const channel of channels) {
      volume += channel.gbPerHour;
      channelCalls += channel.calls;
      if (channel.mbps > 0) reserves = true;
    }
    const totalCalls = channelCalls + calls;
    const { average } = this.#federation;
    const { factor, dropped } = this.#weigh(app, {
      cost: cost + volume * average.usdPerGB,
      carbon: cpu * this.#means.grams + volume * average.gramsPerGB,
      delay: totalCalls === 0 ? 0 : wait / totalCalls + (channelCalls / totalCalls) * average.delay,
      resilience:
        app.services.length * this.#means.unavailability + (channels.length === 0 ? 0 : average.lossNats),
      balance: 1,
      migration: app.services.reduce((sum, { replicas }) => sum + replicas, 0),
    });
    const flat: FlatApp = { app, factor, dropped, channels, totalCalls, splittable, reserves };
    this.#apps.push(flat);
    this.#addFactors(flat, first);
    this.#serviceStart.push(this.#firstVariable.length);
    this.#variableStart.push(this.#variableService.length);
    this.#factorStart.push(this.#perMs.length);
  }

  finish(): FlatModel {
    const slotVariable = Int32Array.from(this.#slotVariable);
    const slots = slotVariable.length;
    const variables = this.#variableService.length;
    const ownStart = new Int32Array(variables + 1);
    for (let s = 0; s < slots; s += 1) ownStart[slotVariable[s]! + 1]! += 1;
    for (let v = 0; v < variables; v += 1) ownStart[v + 1]! += ownStart[v]!;
    const own = new Int32Array(slots);
    const next = ownStart.slice();
    for (let s = 0; s < slots; s += 1) {
      const at = next[slotVariable[s]!]!;
      own[at] = s;
      next[slotVariable[s]!] = at + 1;
    }
    const columns = {
      apps: this.#apps,
      resources: this.#federation.resources.length,
      serviceStart: Int32Array.from(this.#serviceStart),
      variableStart: Int32Array.from(this.#variableStart),
      factorStart: Int32Array.from(this.#factorStart),
      firstVariable: Int32Array.from(this.#firstVariable),
      serviceDemand: Float64Array.from(this.#serviceDemand),
      serviceClass: Int32Array.from(this.#serviceClass),
      waitStart: Int32Array.from(this.#waitStart),
      waitRow: Int32Array.from(this.#waitRow),
      waitCalls: Float64Array.from(this.#waitCalls),
      variableService: Int32Array.from(this.#variableService),
      replicas: Int32Array.from(this.#replicas),
      demand: Float64Array.from(this.#demand),
      share: Float64Array.from(this.#share),
      slotStart: Int32Array.from(this.#slotStart),
      slotVariable,
      slotFactor: Int32Array.from(this.#slotFactor),
      perMs: Float64Array.from(this.#perMs),
      perGB: Float64Array.from(this.#perGB),
      perNat: Float64Array.from(this.#perNat),
      maxDelay: Float64Array.from(this.#maxDelay),
      rule: Uint8Array.from(this.#rule),
      kind: Uint8Array.from(this.#kind),
      apart: Uint8Array.from(this.#apart),
      ownStart,
      own,
    };
    const ordered = { ...columns, ...orderVariables(columns, this.#federation.average) };
    return { ...ordered, ...planOf(ordered) };
  }

  /** Calls times mean delay of the row. */
  #wait(row: number, calls: number): number {
    this.#waitRow.push(row);
    this.#waitCalls.push(calls);
    return calls * this.#waiting.means[row]!;
  }

  /** As the model of one application does it: by the value of each term under the average placement. */
  #weigh(app: Application, reference: Record<Term, number>): Pick<FlatApp, 'factor' | 'dropped'> {
    const unknown = this.#federation.unknownTerms as readonly Term[];
    const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0) || 1;
    const dropped = TERMS.filter((term) => reference[term] <= 0 || unknown.includes(term));
    const factor = { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 };
    for (const term of TERMS)
      if (!dropped.includes(term)) factor[term] = app.profile[term] / weights / reference[term];
    return { factor, dropped };
  }

  #addFactors({ app, factor, channels, totalCalls }: FlatApp, first: number): void {
    const variablesOf = (service: number) => {
      const from = this.#firstVariable[first + service]!;
      const to = this.#firstVariable[first + service + 1] ?? this.#variableService.length;
      return Array.from({ length: to - from }, (_, part) => from + part);
    };
    /** How the parts of a service must differ, where groups can tell. */
    const apartOf = (service: number): number => {
      const { spread } = app.services[service]!;
      if (!spread || spread.min < 2) return RULE.Any;
      if (spread.over === 'Zone') return this.#zonesTold ? RULE.OtherZone : RULE.Any;
      return this.#locationsTold ? RULE.OtherLocation : RULE.Any;
    };
    app.services.forEach(({ spread }, service) => {
      if (!spread || spread.min < 2) return;
      const parts = variablesOf(service);
      const rule = spread.over === 'Zone' ? RULE.OtherZone : RULE.OtherLocation;
      parts.forEach((a, at) => {
        for (const b of parts.slice(at + 1)) this.#factor([a, b], NOTHING, rule);
      });
    });
    for (const channel of channels) {
      const { from, to } = channel;
      if (!('service' in from) || !('service' in to)) continue;
      const terms = (share: number) => ({
        perMs: totalCalls === 0 ? 0 : (factor.delay * channel.calls * share) / totalCalls,
        perGB: channel.gbPerHour * share,
        perNat: (factor.resilience * share) / Math.max(1, channels.length),
        maxDelay: channel.assured ? Math.min(channel.maxDelay, Number.MAX_VALUE) : Number.POSITIVE_INFINITY,
      });
      const rule = channel.crossing ? RULE.Any : RULE.SameLocation;
      const callers = variablesOf(from.service);
      const callees = variablesOf(to.service);
      // Whoever must share a location with another has no other part elsewhere: pairs say all there is.
      const apart = channel.crossing ? apartOf(from.service) : RULE.Any;
      if (callees.length === 1 && callers.length === 2 && apart !== RULE.Any) {
        this.#factor([callees[0]!, ...callers], terms(1), rule, KIND.Callers, apart);
        continue;
      }
      const other = channel.crossing ? apartOf(to.service) : RULE.Any;
      const joint = callees.length === 2 && other !== RULE.Any;
      const kind = callees.length === 1 ? KIND.Pair : joint ? KIND.Callees : KIND.Nearest;
      for (const caller of callers)
        this.#factor([caller, ...callees], terms(this.#share[caller]!), rule, kind, joint ? other : RULE.Any);
    }
  }

  #factor(
    members: readonly number[],
    terms: typeof NOTHING,
    rule: number,
    kind: number = KIND.Pair,
    apart: number = RULE.Any,
  ): void {
    const at = this.#perMs.length;
    for (const variable of members) {
      this.#slotVariable.push(variable);
      this.#slotFactor.push(at);
    }
    this.#slotStart.push(this.#slotVariable.length);
    this.#perMs.push(terms.perMs);
    this.#perGB.push(terms.perGB);
    this.#perNat.push(terms.perNat);
    this.#maxDelay.push(terms.maxDelay);
    this.#rule.push(rule);
    this.#kind.push(kind);
    this.#apart.push(apart);
  }
}

function channelsOf(app: Application, services: ReadonlyMap<string, number>): ChannelModel[] {
  return app.channels.map(
    ({ id, from, to, maxDelayMs, bandwidthMbps, callsPerSecond, bytesPerCall, class: kind }) => {
      const assured = kind === 'ASSURED';
      return {
        id,
        from: { service: services.get(from)! },
        to: { service: services.get(to.service)! },
        assured,
        maxDelay: maxDelayMs ?? Number.POSITIVE_INFINITY,
        mbps: assured ? (bandwidthMbps ?? 0) : 0,
        calls: callsPerSecond,
        gbPerHour: (callsPerSecond * bytesPerCall * 3600) / 1e9,
        crossing: app.crossing,
      };
    },
  );
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at]!;
  return sum / values.length;
}
