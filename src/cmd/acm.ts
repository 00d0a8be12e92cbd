import { setupAcm } from '../controllers/acm/setup.ts';
import { runController } from './controller.ts';

export function runAcm(args: readonly string[]): Promise<number> {
  return runController('acm', args, {}, ({ options, ...parts }) => ({
    controllers: setupAcm({ ...parts, workers: options.workers }),
  }));
}
