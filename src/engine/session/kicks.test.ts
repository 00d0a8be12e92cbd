import { describe, expect, it } from 'vitest';
import { instanceOf } from '../../../test/performance/placement/generator/instance.ts';
import { syntheticWorld } from '../../../test/performance/placement/generator/regions.ts';
import { LocalSearch } from '../large/localsearch.ts';
import { LargeState } from '../large/state.ts';
import { Kicks } from './kicks.ts';
import { LiveModel } from './livemodel.ts';

function standing() {
  const { problem, planted } = instanceOf(syntheticWorld(), {
    family: 'dense',
    services: 30,
    locations: 60,
    tightness: 0.25,
    profile: 'balanced',
    seed: 70,
  });
  const { gqap, exact } = new LiveModel(problem);
  const state = new LargeState(gqap);
  const search = new LocalSearch(state);
  const kicks = new Kicks(state, search, 1);
  const shares = new Map(planted.applications[0]!.services.map((each) => [each.service, each.shares]));
  const index = new Map(problem.locations.map(({ id }, k) => [id, k]));
  const at = new Int32Array(exact.shards.length);
  for (const { id, shards } of exact.services)
    shards.forEach((shard, part) => {
      const own = shares.get(id)!;
      at[shard] = state.matrices.position[index.get((own[part] ?? own[0]!).location)!]!;
    });
  search.start(at, []);
  return { state, search, kicks };
}

describe('kicks', () => {
  it('leave placement, room and rows as they were where a better placement is refused', () => {
    const { state, search, kicks } = standing();
    const { table, n, m, matrices } = state;
    kicks.hold();
    const before = [search.at.slice(), search.use.slice(), matrices.arena.f32.slice(table, table + n * m)];
    let refused = 0;
    const refuse = () => {
      refused += 1;
      return false;
    };
    for (let turn = 0; turn < 40; turn += 1) kicks.throwNear([turn % n], () => false, refuse);
    for (const p of new Set(search.at))
      for (const group of kicks.groupsOn(p)) kicks.moveGroup(group, () => false, refuse);
    expect(refused).toBeGreaterThan(0);
    expect([search.at, search.use, matrices.arena.f32.slice(table, table + n * m)]).toEqual(before);
  });

  it('send a group to where it costs least, its calls to the nearest of several parts included', () => {
    const { state, search, kicks } = standing();
    const { m, R, room, factors, matrices } = state;
    const stays = search.at.slice();
    const costAt = (group: readonly number[], p: number) => {
      search.start(
        stays.map((q, i) => (group.includes(i) ? p : q)),
        [],
      );
      const sum = kicks.cost();
      const full = room.slice(p * R, (p + 1) * R).some((most, r) => search.use[p * R + r]! > most);
      search.start(stays, []);
      return full ? Number.POSITIVE_INFINITY : sum;
    };
    let nearest = 0;
    for (const p of new Set(stays))
      for (const group of kicks.groupsOn(p)) {
        const several = factors.some(
          ({ nearest: any, callerLocation, members: [caller, ...callees] }) =>
            any && callerLocation < 0 && group.includes(caller!) && callees.some((i) => group.includes(i)),
        );
        const [to] = kicks.placesFor(group, 1);
        if (!several || to === undefined) continue;
        const costs = Array.from({ length: m }, (_, q) =>
          q === p || matrices.location[q]! < 0 ? Number.POSITIVE_INFINITY : costAt(group, q),
        );
        expect(costs[to]).toBeCloseTo(Math.min(...costs), 4);
        nearest += 1;
      }
    expect(nearest).toBeGreaterThan(0);
  });
});
