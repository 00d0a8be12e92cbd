import highsModule from 'highs';
import { exactProgram } from './exactprogram.ts';
import type { PeerModel } from './model.ts';

/** The package declares its default export as CommonJS, and serves an ES module. */
const loadHighs = highsModule as unknown as typeof highsModule.default;

export interface HighsAnswer {
  readonly status: 'Optimal' | 'Infeasible' | 'Unknown';
  readonly objective: number | undefined;
  /** Locations of the parts of each service; undefined without a placement. */
  readonly at: number[][] | undefined;
  /** Reading the program and solving it; writing it is not counted. */
  readonly milliseconds: number;
  readonly variables: number;
}

/** The exact program through HiGHS, in this process. */
export async function highsOf(model: PeerModel, limitSeconds: number): Promise<HighsAnswer> {
  // A module that failed once stays broken: each solve gets its own.
  const highs = await loadHighs();
  const { text, variables } = exactProgram(model);
  const started = performance.now();
  const answer = highs.solve(text, {
    time_limit: limitSeconds,
    mip_rel_gap: 0,
    mip_abs_gap: 1e-9,
    output_flag: false,
  });
  const milliseconds = performance.now() - started;
  const columns = answer.Columns as Record<string, { Primal?: number }>;
  const at = model.parts.map((_, service) =>
    Array.from({ length: model.locations }, (__, k) => k).filter(
      (k) => (columns[`x${service}_${k}`]?.Primal ?? 0) > 0.5,
    ),
  );
  const whole = at.every((places, service) => places.length === model.parts[service]);
  const status = answer.Status === 'Optimal' || answer.Status === 'Infeasible' ? answer.Status : 'Unknown';
  return {
    status,
    objective: whole && status !== 'Infeasible' ? answer.ObjectiveValue : undefined,
    at: whole && status !== 'Infeasible' ? at : undefined,
    milliseconds,
    variables,
  };
}
