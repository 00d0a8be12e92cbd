import { spawn } from 'node:child_process';
import type { News, SupervisorOptions } from './main.ts';
import { type FederationRecord, isSupervised, readRecord, removeRemains } from './record.ts';

/** The federation could not be started, or one of this name runs already. The message is for people. */
export class FederationError extends Error {
  override readonly name = 'FederationError';
}

/**
 * Starts a supervisor and resolves when its federation is ready; the supervisor goes on without this
 * process. What a killed one left behind is removed first.
 *
 * @throws FederationError
 */
export async function up(options: SupervisorOptions, say: (line: string) => void): Promise<FederationRecord> {
  const { folder, name } = options;
  const before = readRecord(folder);
  if (before && isSupervised(before)) {
    throw new FederationError(`local federation "${name}" is up already. See: npm run local -- status`);
  }
  if (before) {
    say(`removing what is left of local federation "${name}" ...`);
    removeRemains(folder, before);
  }
  const supervisor = spawn(
    process.execPath,
    [new URL('./main.ts', import.meta.url).pathname, JSON.stringify(options)],
    { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true },
  );
  await new Promise<void>((resolve, reject) => {
    supervisor.on('message', (message) => {
      const news = message as News;
      switch (news.kind) {
        case 'progress':
          say(news.line);
          break;
        case 'taken':
          reject(
            new FederationError(`${folder} exists, and is not the folder of a federation of this version`),
          );
          break;
        case 'failed':
          reject(new FederationError(news.message));
          break;
        case 'ready':
          resolve();
          break;
      }
    });
    supervisor.once('error', reject);
    supervisor.once('exit', (code, signal) =>
      reject(new FederationError(`the supervisor ended with ${signal ?? `exit code ${code}`}`)),
    );
  }).finally(() => {
    if (supervisor.connected) supervisor.disconnect();
    supervisor.unref();
  });
  const record = readRecord(folder);
  if (!record) throw new FederationError(`${folder} was removed while the federation started`);
  return record;
}
