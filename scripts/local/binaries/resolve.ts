import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../progress.ts';
import { goModules } from './gomodules.ts';
import { releases } from './releases.ts';
import { BinaryError, type BinarySource } from './source.ts';
import { BINARIES, type BinaryName, VERSIONS_KEY } from './versions.ts';

/** Path of each binary. */
export type Binaries = Readonly<Record<BinaryName, string>>;

/** A build takes minutes; whoever holds the lock longer than this is gone. */
const LOCK_STALE_MS = 30 * 60_000;

/**
 * Finds every binary: in the folder that KUBEBUILDER_ASSETS names, in the cache, else from the first source
 * that delivers it (release archives, then Go modules) into the cache.
 * @throws BinaryError naming every source and why it did not deliver
 */
export async function resolveBinaries(
  progress: Progress,
  options: { env?: NodeJS.ProcessEnv; sources?: readonly BinarySource[] } = {},
): Promise<Binaries> {
  const env = options.env ?? process.env;
  const assets = env['KUBEBUILDER_ASSETS'];
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'codeco', VERSIONS_KEY);
  await mkdir(cache, { recursive: true });
  const sources = options.sources ?? [releases(progress), goModules(cache, progress)];
  const found: Partial<Record<BinaryName, string>> = {};
  for (const binary of BINARIES) {
    const given = assets === undefined ? undefined : join(assets, binary.name);
    if (given !== undefined && existsSync(given)) {
      found[binary.name] = given;
      continue;
    }
    const target = join(cache, binary.name);
    if (!existsSync(target)) {
      await locked(join(cache, 'lock'), progress, () => provide(binary, target, sources, progress));
    }
    found[binary.name] = target;
  }
  return found as Binaries;
}

async function provide(
  binary: (typeof BINARIES)[number],
  target: string,
  sources: readonly BinarySource[],
  progress: Progress,
): Promise<void> {
  // Another process may have put it there while this one waited for the lock.
  if (existsSync(target)) return;
  const reasons: string[] = [];
  for (const source of sources) {
    // Only whole files ever carry the final name.
    const partial = `${target}.partial-${process.pid}`;
    try {
      const provided = await source.provide(binary, partial);
      if (provided.ok) {
        await chmod(partial, 0o755);
        await rename(partial, target);
        return;
      }
      progress.say(`${binary.name}: not from ${source.name} (${provided.reason.split('\n')[0]})`);
      reasons.push(`${source.name}: ${provided.reason}`);
    } finally {
      await rm(partial, { force: true });
    }
  }
  throw new BinaryError(`${binary.name} is not to be had.\n  ${reasons.join('\n  ')}`);
}

/** One process at a time builds into a cache. */
async function locked(lock: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  let said = false;
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const age = await stat(lock).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > LOCK_STALE_MS || !(await holderLives(lock))) await rm(lock, { force: true });
      else {
        if (!said) progress.say('waiting for another process that fills the cache ...');
        said = true;
        await delay(500);
      }
    }
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

async function holderLives(lock: string): Promise<boolean> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
