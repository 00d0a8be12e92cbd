import { expm1 } from '../arithmetic/exp.ts';
import { buildPaths, type Paths } from '../paths/paths.ts';
import type { Problem } from '../problem.ts';

/**
 * The same problem with the paths between all locations found once, for whoever solves it many times with
 * small changes. Unchanged where it has matrices already, or where a channel reserves bandwidth: that is
 * counted on links, which matrices do not have. Paths are the same ones, so every answer is, too.
 *
 * @param known the paths, where they are found already
 */
export function asMatrices(problem: Problem, known?: Paths): Problem {
  const reserves = problem.applications.some(({ channels }) =>
    channels.some(({ class: of, bandwidthMbps }) => of === 'ASSURED' && (bandwidthMbps ?? 0) > 0),
  );
  if (problem.matrices || reserves) return problem;
  const { size, delay, usdPerGB, kWhPerGB, lossNats } = known ?? buildPaths(problem);
  const rows = <T>(value: (pair: number) => T) => {
    const all: T[][] = [];
    for (let k = 0; k < size; k += 1) {
      const row: T[] = [];
      for (let l = 0; l < size; l += 1) row.push(value(k * size + l));
      all.push(row);
    }
    return all;
  };
  return {
    ...problem,
    links: [],
    nodes: [],
    matrices: {
      delayMs: rows((pair) => (Number.isFinite(delay[pair]!) ? delay[pair]! : null)),
      usdPerGB: rows((pair) => usdPerGB[pair]!),
      kWhPerGB: rows((pair) => kWhPerGB[pair]!),
      loss: rows((pair) => -expm1(-lossNats[pair]!)),
    },
  };
}
