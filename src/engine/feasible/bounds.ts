import type { Conflict } from './conflict.ts';
import type { Domains } from './domains.ts';
import type { Spread } from './network.ts';
import type { Propagation } from './propagation.ts';
import { bottleneck } from './transport.ts';

/**
 * What many variables need together and arcs do not see, for the labels that are left: domains for parts that
 * must be apart, room of all locations open to a group (Hall's condition on amounts, and on how many of at
 * least some size fit), and links that every path left must use. Room is by far the dearest of them.
 */
export function boundConflict(state: Propagation, withRoom = true): Conflict | undefined {
  for (const spread of state.network.spreads) {
    const conflict = tooFewDomains(state, spread);
    if (conflict) return conflict;
  }
  for (let r = 0; withRoom && r < state.network.resources; r += 1) {
    const conflict = tooLittleRoom(state, r);
    if (conflict) return conflict;
  }
  return tooLittleBandwidth(state);
}

/** Labels left to some variables, as rows, in their order: a proof must not depend on what was tried before. */
function rowsOf(
  { domains }: Propagation,
  variables: readonly number[],
): { start: Int32Array; open: Int32Array } {
  const { count, m } = domains;
  const start = new Int32Array(variables.length + 1);
  for (let at = 0; at < variables.length; at += 1) start[at + 1] = start[at]! + count[variables[at]!]!;
  const open = new Int32Array(start[variables.length]!);
  let next = 0;
  for (const i of variables) {
    for (let k = 0; k < m; k += 1) {
      if (!domains.has(i, k)) continue;
      open[next] = k;
      next += 1;
    }
  }
  return { start, open };
}

function tooLittleRoom(state: Propagation, r: number): Conflict | undefined {
  const { network, domains } = state;
  const { demand, room, resources: R, variables: n, locations: m } = network;
  const users: number[] = [];
  for (let i = 0; i < n; i += 1) if (demand[i * R + r]! > 0) users.push(i);
  if (users.length === 0) return undefined;
  users.sort((a, b) => demand[b * R + r]! - demand[a * R + r]! || a - b);
  const here = new Float64Array(m);
  for (let k = 0; k < m; k += 1) here[k] = room[k * R + r]!;
  const amount = Float64Array.from(users, (i) => demand[i * R + r]!);
  const conflictOf = (
    sources: readonly number[],
    sinks: Uint8Array,
  ): { rules: number[]; facts: number[] } => {
    const facts: number[] = [];
    for (const at of sources) for (let k = 0; k < m; k += 1) if (!sinks[k]) facts.push(users[at]! * m + k);
    return { rules: sources.map((at) => network.demandRule[users[at]! * R + r]!), facts };
  };
  const rows = rowsOf(state, users);
  state.work += 5 * n * m;
  const volume = bottleneck(amount, here, rows);
  if (volume) return conflictOf(volume.sources, volume.sinks);
  // Whoever asks for no less than this one: a location holds whole ones only.
  const one = new Float64Array(users.length).fill(1);
  const holds = new Float64Array(m);
  for (let few = 2; few <= users.length; few += 1) {
    const least = amount[few - 1]!;
    if (few < users.length && amount[few]! === least) continue;
    let most = 0;
    for (let k = 0; k < m; k += 1) {
      holds[k] = Math.floor(here[k]! / least);
      most = Math.max(most, holds[k]!);
    }
    state.work += 2 * m + few;
    // Where everybody has a location that holds all of them nothing can be short.
    if (most >= few && users.slice(0, few).every((i) => canHold(domains, i, holds, few))) continue;
    for (let k = 0; k < m; k += 1) holds[k] = wholeOnes(domains, users, amount, few, k, here[k]!);
    state.work += 4 * few * m;
    const short = bottleneck(one.subarray(0, few), holds, {
      start: rows.start.subarray(0, few + 1),
      open: rows.open.subarray(0, rows.start[few]!),
    });
    if (!short) continue;
    const { rules, facts } = conflictOf(short.sources, short.sinks);
    // Who cannot be on a location is not counted there: that is part of the proof where it would fit.
    for (let k = 0; k < m; k += 1) {
      if (!short.sinks[k]) continue;
      const absent = short.sources.map((at) => users[at]!).filter((i) => !domains.has(i, k));
      const fitting = absent.filter((i) => demand[i * R + r]! <= here[k]!);
      facts.push(...fitting.map((i) => i * m + k));
    }
    return { rules, facts };
  }
  return undefined;
}

function canHold({ list, count, m }: Domains, i: number, holds: Float64Array, few: number): boolean {
  for (let t = 0; t < count[i]!; t += 1) if (holds[list[i * m + t]!]! >= few) return true;
  return false;
}

/** How many of the first `few` users, whose amounts fall, fit on a location together: the smallest first. */
function wholeOnes(
  domains: Domains,
  users: readonly number[],
  amount: Float64Array,
  few: number,
  k: number,
  free: number,
): number {
  let fit = 0;
  let left = free;
  for (let at = few - 1; at >= 0 && amount[at]! <= left; at -= 1) {
    if (!domains.has(users[at]!, k)) continue;
    left -= amount[at]!;
    fit += 1;
  }
  return fit;
}

/** Members that must lie in more domains than are open to them. */
function tooFewDomains(state: Propagation, { over, min, most, members, rule }: Spread): Conflict | undefined {
  if (most < min) return { rules: [rule], facts: [] };
  const { network, domains } = state;
  const { list, count, m } = domains;
  const domainOf = (k: number) => (over === 'Zone' ? network.zone[k]! : k);
  const seen = new Set<number>();
  const rows = members.map((i) => {
    const own = new Set<number>();
    for (let t = 0; t < count[i]!; t += 1) own.add(domainOf(list[i * m + t]!));
    for (const domain of own) seen.add(domain);
    state.work += count[i]!;
    return [...own].sort((a, b) => a - b);
  });
  const without = (inside: (domain: number) => boolean, of: readonly number[]) => {
    const facts: number[] = [];
    for (const i of of) for (let k = 0; k < m; k += 1) if (!inside(domainOf(k))) facts.push(i * m + k);
    return facts;
  };
  if (seen.size < min) return { rules: [rule], facts: without((domain) => seen.has(domain), members) };
  if (min < members.length || members.length < 2) return undefined;
  const start = new Int32Array(members.length + 1);
  rows.forEach((row, at) => {
    start[at + 1] = start[at]! + row.length;
  });
  const sinks = Math.max(0, ...seen) + 1;
  const found = bottleneck(new Float64Array(members.length).fill(1), new Float64Array(sinks).fill(1), {
    start,
    open: Int32Array.from(rows.flat()),
  });
  if (!found) return undefined;
  return {
    rules: [rule],
    facts: without(
      (domain) => found.sinks[domain] === 1,
      found.sources.map((at) => members[at]!),
    ),
  };
}

/** What the arcs with one end fixed, or both, put on links that all their paths share. */
function tooLittleBandwidth(state: Propagation): Conflict | undefined {
  const { network, domains } = state;
  const { links, arcs } = network;
  if (!links) return undefined;
  const { list, count, m } = domains;
  const load = new Map<number, { mbps: number; rules: number[]; facts: number[] }>();
  for (const { from, to, mbps, bandwidth } of arcs) {
    if (mbps === 0) continue;
    const calls = count[from] === 1;
    if (!calls && count[to] !== 1) continue;
    const [here, other] = calls ? [from, to] : [to, from];
    const k = domains.only(here);
    const pairOf = (l: number) => (calls ? k * m + l : l * m + k);
    let shared: readonly number[] | undefined;
    for (let t = 0; t < count[other]!; t += 1) {
      const l = list[other * m + t]!;
      const path = l === k ? [] : links.of(pairOf(l));
      state.work += 10;
      shared = shared === undefined ? path : shared.filter((link) => path.includes(link));
      if (shared.length === 0) break;
    }
    for (const link of shared ?? []) {
      if (links.room[link] === Number.POSITIVE_INFINITY) continue;
      const at = load.get(link) ?? { mbps: 0, rules: [], facts: [] };
      load.set(link, at);
      at.mbps += mbps;
      at.rules.push(bandwidth);
      for (let l = 0; l < m; l += 1) {
        if (l !== k) at.facts.push(here * m + l);
        if (!domains.has(other, l) && (l === k || !links.of(pairOf(l)).includes(link)))
          at.facts.push(other * m + l);
      }
      if (at.mbps > links.room[link]! * (1 + 1e-12)) return { rules: at.rules, facts: at.facts };
    }
  }
  return undefined;
}
