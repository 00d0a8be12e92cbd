import type { Referee } from '../../../src/engine/check.ts';
import type { Result } from '../../../src/engine/result.ts';
import { TERMS } from '../../../src/engine/vocabulary.ts';
import { greedy, ordersOf } from './peers/greedy.ts';
import { type PeerModel, resultOfParts } from './peers/model.ts';
import { networkAware } from './peers/networkaware.ts';
import { regret, shifted } from './peers/regret.ts';
import { scoreAndFilter } from './peers/scoreandfilter.ts';

/** A method beside the engine: places one application whole. */
export interface Contender {
  readonly name: string;
  readonly place: (model: PeerModel) => number[][];
  /** Given several tries, of which the referee keeps the best. */
  readonly tries?: (model: PeerModel) => number[][][];
}

export const CONTENDERS: readonly Contender[] = [
  { name: 'score and filter (kube-scheduler, OCM)', place: scoreAndFilter },
  { name: 'network-aware greedy (Diktyo)', place: networkAware },
  { name: 'greedy, full objective', place: (model) => greedy(model, ordersOf(model)[0]!.order) },
  { name: 'regret greedy', place: regret },
  { name: 'regret greedy + shifts', place: (model) => shifted(model, regret(model), 20) },
  {
    name: 'best of six greedy orders and regret, each + shifts',
    place: regret,
    tries: (model) =>
      [regret(model), ...ordersOf(model).map(({ order }) => greedy(model, order))].map((at) =>
        shifted(model, at, 20),
      ),
  },
];

export interface Attempt {
  readonly broken: number;
  /** By the referee; a placement that breaks a rule has one, too, but it counts for nothing. */
  readonly objective: number;
  readonly milliseconds: number;
}

export function attempt({ name, place, tries }: Contender, model: PeerModel, referee: Referee): Attempt {
  const started = performance.now();
  const placements = tries ? tries(model) : [place(model)];
  const milliseconds = performance.now() - started;
  const judged = placements.map((at) => {
    const result = resultOfParts(model, at, name);
    return {
      broken: referee.judge(result).length,
      objective: objectiveOf(model, result, referee),
      milliseconds,
    };
  });
  return judged.reduce((best, each) =>
    each.broken < best.broken || (each.broken === best.broken && each.objective < best.objective)
      ? each
      : best,
  );
}

/** What the referee makes of the places alone. */
export function objectiveOf({ app }: PeerModel, result: Result, referee: Referee): number {
  const { normalised } = referee.terms(result, app);
  const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
  return TERMS.reduce((sum, term) => sum + (app.profile[term] / weights) * (normalised[term] ?? 0), 0);
}
