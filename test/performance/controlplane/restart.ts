import { setTimeout as delay } from 'node:timers/promises';
import type { ControllerProcess } from '../../../scripts/local/controllerprocess.ts';
import { type AuditReader, total } from './audit.ts';
import type { RestartRun } from './figures.ts';

const LOOK_MS = 50;
const LIMIT_MS = 120_000;
/** Without a write for so long, nothing is under way. */
const QUIET_MS = 5_000;

/** Restarts all controllers at once over what runs, and counts what they write in consequence. */
export async function restartAll(
  controllers: readonly ControllerProcess[],
  audit: AuditReader,
  signal: NodeJS.Signals,
  apps: number,
): Promise<RestartRun> {
  await quiet(audit);
  const start = performance.now();
  await Promise.all(controllers.map((controller) => controller.restart(signal)));
  const since = () => (performance.now() - start) / 1000;
  await Promise.all(
    controllers.map(({ name, url }) =>
      until(`${name} ready`, async () => (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true),
    ),
  );
  const readySeconds = since();
  const acm = controllers.find(({ name }) => name.endsWith('acm'));
  if (!acm) throw new Error('no ACM among the controllers');
  await until('every app looked at', async () => {
    const metrics = await (await fetch(`${acm.url}/metrics`)).text();
    const reconciled = sum(metrics, /^controller_runtime_reconcile_total\{controller="acm-app".*\} (\d+)$/gm);
    return reconciled >= apps && sum(metrics, /^workqueue_depth\{.*\} (\d+)$/gm) === 0;
  });
  const settledSeconds = since();
  await delay(QUIET_MS);
  return { readySeconds, settledSeconds, writes: await audit.writes() };
}

/** Resolves when the suite has written nothing for a while: whatever is counted afterwards has a new cause. */
export async function quiet(audit: AuditReader): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  let last = {};
  do {
    if (performance.now() > deadline)
      throw new Error(`the suite does not come to rest: ${JSON.stringify(last)}`);
    await delay(QUIET_MS);
    last = await audit.writes();
  } while (total(last) > 0);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${LIMIT_MS / 1000} s`);
    await delay(LOOK_MS);
  }
}

function sum(metrics: string, pattern: RegExp): number {
  return [...metrics.matchAll(pattern)].reduce((all, [, value]) => all + Number(value), 0);
}
