import { placeApp } from './admission/placeapp.ts';
import { admitEach, explainPlaces, type Round, type Setting, settingOf } from './admission/round.ts';
import { admitTogether } from './batch/admittogether.ts';
import type { FederationModel } from './model/federation.ts';
import { NetworkMemory } from './model/networkmemory.ts';
import type { Solve } from './port.ts';
import type { Problem } from './problem.ts';
import { checkReferences } from './problemerror.ts';
import { type Inquiry, refusedAnswer } from './reasons/refusal.ts';
import type { Result } from './result.ts';
import { RESULT_FORMAT } from './vocabulary.ts';

const ENGINE = 'codeco-gqap/1';

/** Work for an application alone, and for naming its conflict. */
const ALONE_WORK = 100_000_000;
const CONFLICT_WORK = 1_200_000_000;

/**
 * The placement engine. Applications are admitted one after the other (what runs before newcomers, then by
 * class, then by size): many under prices of room that they share, few each with its least-cost placement in
 * what is left, by the method that its size asks for. One that does not fit is left out alone: it uses
 * nothing, and why is looked into only after the last admission, so that it takes no work from the others.
 */
export const solve: Solve = (problem, options) => solveWith(undefined, problem, options);

/**
 * The same engine for whoever asks again and again: what lies between the locations is kept from call to
 * call, for the federation that was asked about last. Results are the same to the byte.
 */
export function createSolve(): Solve {
  const memory = new NetworkMemory();
  return (problem, options) => solveWith(memory, problem, options);
}

function solveWith(memory: NetworkMemory | undefined, ...[problem, options]: Parameters<Solve>): Result {
  checkReferences(problem);
  const setting = settingOf(problem, options, memory);
  const round = admitTogether(setting) ?? admitEach(setting);
  explainPlaces(setting, round);
  explainRefusals(setting, round);
  return resultOf(setting, round);
}

function explainRefusals({ problem, federation, options, budget }: Setting, { left, results }: Round): void {
  const inquiry: Inquiry = {
    placeAlone: (app, places, load, share) =>
      placeApp({ problem, federation, app, places, load, seed: options.seed }, share),
    aloneWork: ALONE_WORK,
    conflictWork: CONFLICT_WORK,
  };
  for (const refusal of left)
    results.set(refusal.app.id, refusedAnswer(problem, federation, refusal, budget, options, inquiry));
}

function resultOf({ problem, federation, options, budget }: Setting, round: Round): Result {
  return {
    format: RESULT_FORMAT,
    engine: ENGINE,
    seed: options.seed,
    work: budget.spent,
    applications: problem.applications.map(
      ({ id }: Problem['applications'][number]) => round.results.get(id)!,
    ),
    prices: pricesByName(federation, round.prices),
    ...round.summary.figures,
  };
}

function pricesByName({ ids, resources }: FederationModel, prices: Float64Array): Result['prices'] {
  const named: Result['prices'] = {};
  prices.forEach((price, at) => {
    if (price <= 1e-12) return;
    const location = ids[Math.floor(at / resources.length)]!;
    named[location] = { ...named[location], [resources[at % resources.length]!]: price };
  });
  return named;
}
