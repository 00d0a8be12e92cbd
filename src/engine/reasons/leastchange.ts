import type { Feasibility } from './feasibility.ts';
import { delayOf, objectionTo } from './objection.ts';
import { replicasOf } from './rulesystem.ts';

/** Share of the budget for one question. */
const SHARE = 0.05;
/** Questions about the least change of one figure. */
const MOST_QUESTIONS = 12;

/** A figure that helps, and the placement that it allows. */
export interface Change {
  value: number;
  at: Int32Array;
}

/**
 * The least delay limit that helps. It is a delay between two locations: of those between what is asked for
 * and what the placement without a limit has, the middle one is asked about, until none is left; a placement
 * that is found may need less than was allowed.
 *
 * @param at a placement without the limit
 * @param dear a limit of as much or more is of no interest: undefined, then
 */
export function leastDelay(
  feasibility: Feasibility,
  requirement: number,
  at: Int32Array,
  dear: number,
): Change | undefined {
  const { system } = feasibility;
  const asked = system.requirements[requirement]!.figure!.value;
  let best: Change = { value: delayOf(system, requirement, at), at };
  if (!Number.isFinite(best.value)) return undefined;
  let low = asked;
  const between = system.federation.paths.delay.filter((value) => value > low && value < best.value);
  let open = [...new Set(between)].sort((a, b) => a - b);
  if (best.value >= dear) {
    // One question tells whether any of interest is enough.
    const most = open.findLast((value) => value < dear);
    const answer = most === undefined ? undefined : feasibility.askAt(requirement, most, SHARE);
    if (answer?.kind !== 'Feasible') return undefined;
    best = { value: delayOf(system, requirement, answer.at), at: answer.at };
  }
  for (let question = 0; question < MOST_QUESTIONS; question += 1) {
    open = open.filter((value) => value > low && value < best.value);
    if (open.length === 0) break;
    const middle = open[open.length >> 1]!;
    const answer = feasibility.askAt(requirement, middle, SHARE);
    if (answer.kind === 'Feasible') best = { value: delayOf(system, requirement, answer.at), at: answer.at };
    else low = middle;
  }
  return { ...best, value: readable(best.value) };
}

/**
 * The greatest request of a service that still has a place, in whole units where the resource has only such.
 * Undefined below half of what it asks for: that is another application; and below `above`.
 */
export function greatestDemand(
  feasibility: Feasibility,
  requirement: number,
  above: number,
): Change | undefined {
  const { system } = feasibility;
  const { figure, resource } = system.requirements[requirement]!;
  const asked = figure!.value;
  const whole = resource!.includes('/') || resource === 'pods';
  const round = (value: number) => (whole ? Math.floor(value) : roundDown(value));
  return greatest(
    feasibility,
    requirement,
    round(Math.max(asked / 2, above)),
    (at) => {
      // What the places of that placement hold at most is the next value worth a question.
      const value = round(Math.min(asked, roomAt(feasibility, requirement, at)));
      return objectionTo(system, at, feasibility.maskAt(requirement, value)) ? undefined : value;
    },
    round,
  );
}

/** The greatest bandwidth that can be reserved; undefined where none can. */
export function greatestBandwidth(feasibility: Feasibility, requirement: number): Change | undefined {
  const asked = feasibility.system.requirements[requirement]!.figure!.value;
  return greatest(feasibility, requirement, roundDown(asked / 100), () => undefined, roundDown);
}

/** Between a least value and the one asked for, by halving; each placement found may allow more than it was asked. */
function greatest(
  feasibility: Feasibility,
  requirement: number,
  least: number,
  allows: (at: Int32Array) => number | undefined,
  round: (value: number) => number,
): Change | undefined {
  if (least <= 0) return undefined;
  const first = feasibility.askAt(requirement, least, SHARE);
  if (first.kind !== 'Feasible') return undefined;
  let best: Change = { value: Math.max(least, allows(first.at) ?? least), at: first.at };
  let high = feasibility.system.requirements[requirement]!.figure!.value;
  for (let question = 0; question < MOST_QUESTIONS; question += 1) {
    const above = Math.max(round((best.value + high) / 2), next(best.value, round));
    if (above >= high || above <= best.value) break;
    // Where the last placement filled its locations there is mostly nothing better: ask about the next value first.
    const value = question === 0 ? next(best.value, round) : above;
    if (value >= high) break;
    const answer = feasibility.askAt(requirement, value, SHARE);
    if (answer.kind === 'Feasible')
      best = { value: Math.max(value, allows(answer.at) ?? value), at: answer.at };
    else high = value;
  }
  return best;
}

/** The next value that people would be told. */
function next(value: number, round: (value: number) => number): number {
  for (let step = 10 ** (Math.floor(Math.log10(value)) - 2); ; step *= 2) {
    const above = round(value + step);
    if (above > value) return above;
  }
}

/** What a service may ask for on the places of a placement, beside the others there; of one replica. */
function roomAt({ system }: Feasibility, requirement: number, at: Int32Array): number {
  const { resources, free } = system.federation;
  const mask = system.all();
  const R = resources.length;
  const own = system.services.find(({ demand }) => demand.includes(requirement))!;
  const r = own.demand.indexOf(requirement);
  const others = new Map<number, number>();
  const here = new Map<number, number>();
  for (const service of system.services) {
    const each = service === own ? 1 : system.demandOf(service, mask, r);
    const into = service === own ? here : others;
    service.units.forEach((unit, part) => {
      into.set(at[unit]!, (into.get(at[unit]!) ?? 0) + each * replicasOf(service, part));
    });
  }
  return Math.min(...[...here].map(([k, count]) => (free[k * R + r]! - (others.get(k) ?? 0)) / count));
}

/** As people are told it, but never below: what is told is what was solved. */
function readable(value: number): number {
  const shown = Number(value.toPrecision(4));
  return shown >= value ? shown : rounded(value, Math.ceil);
}

/** Three significant digits. */
function roundDown(value: number): number {
  return rounded(value, Math.floor);
}

function rounded(value: number, whole: (value: number) => number): number {
  if (value === 0) return 0;
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  // Written as text and read back: 0.1 * 3 must not become 0.31.
  const scaled = whole(Number((value * 10 ** digits).toFixed(6)));
  return Number(`${scaled}e${-digits}`);
}
