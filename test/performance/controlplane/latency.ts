import { setTimeout as delay } from 'node:timers/promises';
import type { Federation } from '../../../scripts/local/federation.ts';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { chains } from './chain.ts';
import type { Latency } from './figures.ts';
import type { Observer } from './observer.ts';
import { distribution } from './statistics.ts';
import { appNames, deleteApps, NAMESPACE, spreadApplication } from './workload.ts';

const WORKS = 2;
const LIMIT_MS = 60_000;

/** From the create response to the watch event of the last work, beside everything that runs already. */
export async function latency(
  federation: Federation,
  observer: Observer,
  { samples, ratePerSecond }: { samples: number; ratePerSecond: number },
): Promise<Latency> {
  const chain = distribution(await chains(federation, samples));
  const sequential = await oneByOne(federation, observer, appNames(samples, 'single'));
  const atRate = await steadily(federation, observer, appNames(samples, 'rate'), ratePerSecond);
  return { sequential: distribution(sequential), ratePerSecond, atRate: distribution(atRate), chain };
}

/** The next one is created when the works of the one before are there. */
async function oneByOne({ hub }: Federation, observer: Observer, names: string[]): Promise<number[]> {
  const results: number[] = [];
  for (const name of names) {
    await hub.admin.create(CodecoAppResource, spreadApplication(name));
    const created = performance.now();
    await untilDistributed(hub, observer, name);
    results.push(observer.passedAt('works', name)! - created);
  }
  await clear(hub, observer, names);
  return results;
}

/** One is created every 1/rate seconds, whatever became of those before. */
async function steadily(
  { hub }: Federation,
  observer: Observer,
  names: string[],
  ratePerSecond: number,
): Promise<number[]> {
  const created = new Map<string, number>();
  const start = performance.now();
  await Promise.all(
    names.map(async (name, index) => {
      await delay(Math.max(0, start + (index * 1000) / ratePerSecond - performance.now()));
      await hub.admin.create(CodecoAppResource, spreadApplication(name));
      created.set(name, performance.now());
    }),
  );
  for (const name of names) {
    await untilDistributed(hub, observer, name);
  }
  const results = names.map((name) => observer.passedAt('works', name)! - created.get(name)!);
  await clear(hub, observer, names);
  return results;
}

/** One that is not distributed in time says itself why. */
async function untilDistributed(hub: Federation['hub'], observer: Observer, name: string): Promise<void> {
  try {
    await observer.until(`works of ${name}`, () => observer.worksOf(name) >= WORKS, LIMIT_MS);
  } catch (cause) {
    const { status } = await hub.admin.get(CodecoAppResource, { namespace: NAMESPACE, name });
    const told = (status?.conditions ?? []).map(
      ({ type, reason, message }) => `${type} ${reason}: ${message}`,
    );
    throw new Error(`${name} has ${observer.worksOf(name)} works. ${told.join('; ')}`, { cause });
  }
}

async function clear(hub: Federation['hub'], observer: Observer, names: string[]): Promise<void> {
  const before = observer.seen.apps;
  await deleteApps(hub.admin, names);
  await observer.until('they are gone', ({ apps }) => apps <= before - names.length, LIMIT_MS);
}
