import { Averages } from './check/averages.ts';
import { checkBandwidth, reservedOn } from './check/bandwidth.ts';
import { checkCapacity } from './check/capacity.ts';
import { checkChannel } from './check/channels.ts';
import { checkData } from './check/data.ts';
import { checkSpread, checkSurvival } from './check/domains.ts';
import { checkFigures } from './check/figures.ts';
import type { Finding } from './check/finding.ts';
import { checkLocations } from './check/location.ts';
import { RefereeNetwork } from './check/network.ts';
import { Placed } from './check/placed.ts';
import { checkRound } from './check/round.ts';
import { type Recomputed, recomputeTerms } from './check/terms.ts';
import type { Application, Problem } from './problem.ts';
import type { Result } from './result.ts';

/**
 * The referee: judges a result from the problem alone and shares no code with any solver. Plain and slow on
 * purpose. Returns every broken rule and every figure that does not follow from the placement; nothing for
 * applications that were not placed.
 */
export function check(problem: Problem, result: Result): Finding[] {
  return refereeOf(problem).judge(result);
}

/**
 * The terms of one application as the referee computes them from the places that a result names.
 * For applications without channels to or from other applications of the problem.
 */
export function termsOfPlacement(problem: Problem, result: Result, app: Application): Recomputed {
  return refereeOf(problem).terms(result, app);
}

export interface Referee {
  judge(result: Result): Finding[];
  terms(result: Result, app: Application): Recomputed;
}

/** For whoever judges many results of one problem: paths and averages are worked out once, when first needed. */
export function refereeOf(problem: Problem): Referee {
  const network = new RefereeNetwork(problem);
  let known: Averages | undefined;
  const averages = () => {
    known ??= new Averages(problem, network);
    return known;
  };
  return {
    judge: (result) => {
      const placed = new Placed(problem, network, result);
      const ofApps = problem.applications
        .filter((app) => placed.isPlaced(app))
        .flatMap((app) => [
          ...app.services.flatMap((service) => [
            ...checkLocations(placed, app, service),
            ...checkData(placed, app, service),
            ...checkSpread(placed, app, service),
          ]),
          ...app.channels.flatMap((channel) => checkChannel(placed, app, channel)),
          ...checkSurvival(placed, app),
        ]);
      const loads = reservedOn(placed);
      const ofAll = [
        ...checkCapacity(placed),
        ...checkBandwidth(placed, loads),
        ...checkRound(placed, result, loads),
      ];
      // Figures of a placement that names places nobody knows cannot be worked out.
      const strange = ofApps.some(({ message }) => message === 'no such location');
      const figures = strange
        ? []
        : problem.applications
            .filter((app) => placed.isPlaced(app))
            .flatMap((app) => checkFigures(placed, averages, app));
      return [...ofApps, ...ofAll, ...figures];
    },
    terms: (result, app) => recomputeTerms(new Placed(problem, network, result), averages(), app),
  };
}
