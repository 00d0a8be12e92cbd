import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAttempt, aService } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot } from '../../../test/support/federation.ts';
import { firstFit } from '../../../test/support/firstfit.ts';
import type { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { Solve } from '../../engine/port.ts';
import { appStates } from '../../snapshot/appstate.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import type { Referee } from './refereed.ts';
import { decideRound } from './round.ts';
import { inThread } from './solver.ts';

function needing(cpu: string, changes: Partial<CodecoAppSpec> = {}): CodecoAppSpec {
  const podspec = { containers: [{ name: 'c', resources: { requests: { cpu } } }] };
  return aModel({ 'codecoapp-msspec': [aService({ podspec })], ...changes });
}

function decide(
  snapshot: Snapshot,
  options: { solve?: Solve; referee?: Referee; only?: string[]; putOff?: ReadonlySet<string> } = {},
) {
  const { solve = firstFit, referee = () => [], only, putOff = new Set() } = options;
  const states = appStates(snapshot);
  const ids = only ?? [...states.keys()];
  return decideRound({
    snapshot,
    states,
    pending: new Map(ids.map((id) => [id, 'test'])),
    putOff,
    solver: inThread(solve, () => 0),
    referee,
    budget: { work: 1000, deadlineMs: 1000, seed: 1 },
    signal: new AbortController().signal,
  });
}

const cluster = (outcome: Awaited<ReturnType<typeof decide>>, app: string) =>
  outcome.specs.get(`shop/${app}`)?.decision?.assignments.map((assignment) => assignment.cluster);
const verdict = (outcome: Awaited<ReturnType<typeof decide>>, app: string) =>
  outcome.specs.get(`shop/${app}`)?.attempt?.verdict;

/** App `name` runs on `on` by a decision of its older revision, and waits with `now`. */
function edited(name: string, before: CodecoAppSpec, now: CodecoAppSpec, on: string) {
  const app = anApp(name, now);
  const older = { ...app.revision, name: `${name}-r0`, generation: 0, spec: before };
  const plan = aPlan(name, {
    decision: aDecision({
      revision: older.name,
      assignments: [{ service: 'front', cluster: on, replicas: 1 }],
    }),
    attempt: anAttempt({ generation: 0, revision: older.name }),
  });
  return { app, older, plan };
}

describe('decideRound', () => {
  it('decides on all apps that wait, and one that fits nowhere changes nothing for the others', async () => {
    const clusters = [aCluster('a'), aCluster('b')];
    const apps = [anApp('one', needing('3')), anApp('two', needing('6'))];
    const without = await decide(aSnapshot({ clusters, apps }));
    const withHuge = await decide(aSnapshot({ clusters, apps: [anApp('huge', needing('50')), ...apps] }));
    expect(verdict(withHuge, 'huge')).toBe('Deferred');
    for (const app of ['one', 'two']) {
      expect(withHuge.specs.get(`shop/${app}`)?.decision?.assignments).toEqual(
        without.specs.get(`shop/${app}`)?.decision?.assignments,
      );
    }
    expect([...withHuge.failed.keys()]).toEqual(['shop/huge']);
  });

  it('answers an app without candidates without asking the engine', async () => {
    const solve: Solve = () => {
      throw new Error('not to be asked');
    };
    const snapshot = aSnapshot({
      clusters: [aCluster('a')],
      apps: [anApp('one', needing('1'))],
      setBindings: [],
    });
    const outcome = await decide(snapshot, { solve });
    expect(outcome.specs.get('shop/one')?.attempt).toMatchObject({
      verdict: 'Infeasible',
      reason:
        'no cluster is a candidate. a: is in cluster set all; none is bound to namespace shop or granted to it',
    });
    expect(outcome.failed.has('shop/one')).toBe(true);
  });

  it('gives an app that runs its own place back before a newcomer may take it', async () => {
    const running = edited('runs', needing('6'), needing('7'), 'a');
    const gold = anApp('gold', needing('7', { qosClass: 'Gold' }));
    const snapshot = aSnapshot({ clusters: [aCluster('a')], apps: [running.app, gold] });
    const outcome = await decide({
      ...snapshot,
      revisions: [...snapshot.revisions, running.older],
      plans: [running.plan],
    });
    expect(cluster(outcome, 'runs')).toEqual(['a']);
    expect(verdict(outcome, 'gold')).toBe('Deferred');
  });

  it('never hands out the place of an app whose edit fails', async () => {
    // Both hold 4 of 8. `grows` could have 8 only if `breaks` gave up its 4, which it keeps when its edit fails.
    const breaks = edited('breaks', needing('4'), needing('100'), 'a');
    const grows = edited('grows', needing('4'), needing('8'), 'a');
    const snapshot = aSnapshot({ clusters: [aCluster('a')], apps: [breaks.app, grows.app] });
    const outcome = await decide({
      ...snapshot,
      revisions: [...snapshot.revisions, breaks.older, grows.older],
      plans: [breaks.plan, grows.plan],
    });
    expect(verdict(outcome, 'breaks')).toBe('Deferred');
    expect(outcome.specs.get('shop/breaks')?.decision).toBe(breaks.plan.spec.decision);
    expect(verdict(outcome, 'grows')).toBe('Deferred');
  });

  it('counts the old place of an app that moves until it is gone', async () => {
    // `moves` leaves a for b: what it holds on a is not free for `new` yet.
    const moves = edited('moves', needing('6'), needing('12'), 'a');
    const snapshot = aSnapshot({
      clusters: [aCluster('a'), aCluster('b', { cpu: '20' })],
      apps: [moves.app, anApp('new', needing('5'))],
    });
    const running = [{ service: 'front', cluster: 'a', decision: 'd1', replicas: 1, ready: 1 }];
    const outcome = await decide({
      ...snapshot,
      revisions: [...snapshot.revisions, moves.older],
      plans: [{ ...moves.plan, status: { running } }],
    });
    expect(cluster(outcome, 'moves')).toEqual(['b']);
    expect(verdict(outcome, 'new')).toBe('Deferred');
  });

  it('writes no placement that the referee rejects, and still writes the others', async () => {
    const referee: Referee = (_problem, { applications }) =>
      applications
        .filter(({ application, services }) => application === 'shop/bad' && services.length > 0)
        .map(({ application }) => ({ rule: 'Delay', application, message: '9 ms of 5 ms' }));
    const snapshot = aSnapshot({
      clusters: [aCluster('a')],
      apps: [anApp('bad', needing('1')), anApp('good', needing('1'))],
    });
    const outcome = await decide(snapshot, { referee });
    expect(outcome.defects).toEqual(
      new Map([['shop/bad', 'placement rejected by the referee: Delay: 9 ms of 5 ms']]),
    );
    expect(outcome.specs.get('shop/bad')).toEqual({
      attempt: {
        generation: 1,
        revision: 'bad-r1',
        verdict: 'NoneFound',
        reason: 'internal: placement rejected by the referee: Delay: 9 ms of 5 ms',
      },
    });
    expect(verdict(outcome, 'good')).toBe('Placed');
  });

  it('calls an app that only others keep out deferred, and names them; one that never fits infeasible', async () => {
    const fill = edited('fill', needing('6'), needing('6'), 'a');
    const proved: Solve = (problem, options) => {
      const result = firstFit(problem, options);
      const applications = result.applications.map((answer) =>
        answer.verdict === 'Deferred' ? { ...answer, verdict: 'Infeasible' as const } : answer,
      );
      return { ...result, applications };
    };
    const apps = [fill.app, anApp('waits', needing('5')), anApp('never', needing('50'))];
    const snapshot = aSnapshot({ clusters: [aCluster('a')], apps });
    const outcome = await decide(
      { ...snapshot, revisions: [...snapshot.revisions, fill.older], plans: [fill.plan] },
      { solve: proved, only: ['shop/waits', 'shop/never'] },
    );
    expect(outcome.specs.get('shop/waits')?.attempt).toMatchObject({
      verdict: 'Deferred',
      reason: 'waits for capacity: service front fits nowhere. Held by shop/fill (6 cpu on a)',
    });
    expect(verdict(outcome, 'never')).toBe('Infeasible');
  });

  it('finds the one app that the engine fails on, and places the others', async () => {
    const choking: Solve = (problem, options) => {
      if (problem.applications.some(({ id }) => id === 'shop/three')) throw new Error('no such label');
      return firstFit(problem, options);
    };
    const apps = ['one', 'two', 'three', 'four', 'five'].map((name) => anApp(name, needing('2')));
    const outcome = await decide(aSnapshot({ clusters: [aCluster('a')], apps }), { solve: choking });
    expect(['one', 'two', 'four', 'five'].map((app) => verdict(outcome, app))).toEqual([
      'Placed',
      'Placed',
      'Placed',
      'Placed',
    ]);
    expect(outcome.specs.get('shop/three')?.attempt).toMatchObject({
      verdict: 'NoneFound',
      reason: 'internal: the engine failed: no such label',
    });
  });

  describe('where the engine has no time for some apps in company', () => {
    let solves = 0;
    const short: Solve = (problem, options) => {
      solves += 1;
      const result = firstFit(problem, options);
      const [first, ...rest] = result.applications;
      const cut = rest.map((answer) => ({ ...answer, verdict: 'NoneFound' as const, services: [] }));
      return { ...result, applications: [first!, ...cut] };
    };
    const names = ['one', 'two', 'three'];
    const snapshot = aSnapshot({
      clusters: [aCluster('a')],
      apps: names.map((name) => anApp(name, needing('2'))),
    });

    it('leaves them to the next round, so that the plans of the others wait for one solve only', async () => {
      solves = 0;
      const outcome = await decide(snapshot, { solve: short });
      expect([...outcome.specs.keys()]).toEqual(['shop/one']);
      expect([...outcome.later].sort()).toEqual(['shop/three', 'shop/two']);
      expect(solves).toBe(1);
    });

    it('asks again only for them, when they have been left to this round', async () => {
      solves = 0;
      const putOff = new Set(names.map((name) => `shop/${name}`));
      const outcome = await decide(snapshot, { solve: short, putOff });
      expect(names.map((app) => verdict(outcome, app))).toEqual(['Placed', 'Placed', 'Placed']);
      expect(outcome.later.size).toBe(0);
      // All three, the two that were left out, and the last of them.
      expect(solves).toBe(3);
    });
  });

  it('gives every app an answer, also one that the engine forgot', async () => {
    const forgetful: Solve = (problem, options) => ({ ...firstFit(problem, options), applications: [] });
    const snapshot = aSnapshot({ clusters: [aCluster('a')], apps: [anApp('one', needing('1'))] });
    expect(verdict(await decide(snapshot, { solve: forgetful }), 'one')).toBe('NoneFound');
  });

  it('plans for the loss of each cluster that an app of medium tolerance uses', async () => {
    const model = needing('6', { appFailureTolerance: 'Medium' });
    const decision = async (...clusters: string[]) => {
      const snapshot = aSnapshot({
        clusters: clusters.map((name) => aCluster(name)),
        apps: [anApp('one', model)],
      });
      return (await decide(snapshot)).specs.get('shop/one')?.decision;
    };
    expect((await decision('a', 'b'))?.fallbacks).toEqual([
      { lostCluster: 'a', assignments: [{ service: 'front', cluster: 'b', replicas: 1 }] },
    ]);
    const alone = await decision('a');
    expect(alone?.fallbacks).toEqual([]);
    expect(alone?.evidence.notes?.[0]).toContain('no fallback for the loss of a: no cluster is a candidate');
  });
});
