import { SWM_FLAGS, swmOptions } from '../controllers/swm/options.ts';
import { setupSwm } from '../controllers/swm/setup.ts';
import { WorkerSolver } from '../controllers/swm/solver.ts';
import { check } from '../engine/check.ts';
import { runController } from './controller.ts';

export function runSwm(args: readonly string[]): Promise<number> {
  return runController('swm', args, SWM_FLAGS, ({ options, ...parts }) => {
    const solver = new WorkerSolver();
    return {
      controllers: setupSwm({ ...parts, solver, referee: check, options: swmOptions(options.extra) }),
      close: () => solver.close(),
    };
  });
}
