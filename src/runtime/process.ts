import type { Logger } from './reconcile.ts';

/**
 * The signal that ends this process: aborts at SIGTERM or SIGINT; a second one of these ends it at once. An
 * unhandled rejection or exception is a defect whose extent nobody knows: it is logged like everything else
 * and ends the process with 1, so that its supervisor starts it anew.
 */
export function processSignal(log: Logger): AbortSignal {
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
  return stop.signal;
}
