import type { Ending, Manager } from './manager.ts';
import type { Logger } from './reconcile.ts';

/** Exit code by ending: a process that did not stop because it was told to is restarted by its supervisor. */
const EXIT_CODES: Record<Ending, number> = { Stopped: 0, LeaseLost: 1, Failed: 1 };

/**
 * Runs the manager until SIGTERM or SIGINT, then exits; a second signal ends the process at once. It exits
 * rather than waits for the event loop to run dry: a request without an answer would keep it for half a
 * minute. An unhandled rejection is a defect whose extent nobody knows, so it is logged and ends the process.
 */
export async function runToExit(manager: Pick<Manager, 'run'>, log: Logger): Promise<never> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      log.info({ signal: name }, 'Stopping');
      stop.abort(new Error(`received ${name}`));
    });
  }
  const crash = (message: string) => (error: unknown) => {
    log.error({ err: error }, message);
    process.exit(1);
  };
  process.on('unhandledRejection', crash('Unhandled rejection'));
  process.on('uncaughtException', crash('Uncaught exception'));
  process.exit(EXIT_CODES[await manager.run(stop.signal)]);
}
