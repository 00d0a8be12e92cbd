import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processId } from '../processid.ts';
import { silentProgress } from '../progress.ts';
import { resolveBinaries } from './resolve.ts';
import type { BinarySource, Provided } from './source.ts';
import { BINARIES, cacheFolder, FAMILIES, type Family } from './versions.ts';

let folder: string;
let cache: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'codeco-resolve-'));
  cache = join(folder, 'codeco');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function source(name: string, answer: Provided): BinarySource & { asked: Family[] } {
  const asked: Family[] = [];
  return {
    name,
    asked,
    async provide(family, binaries, target) {
      asked.push(family);
      for (const binary of binaries) await writeFile(join(target, binary.name), `${binary.name} of ${name}`);
      return answer;
    },
  };
}

/** Everything in the cache, folders left out. */
async function cached(): Promise<string[]> {
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

const WHOLE = BINARIES.map(({ name }) => name).sort();

const resolve = (sources: BinarySource[], env: NodeJS.ProcessEnv = {}) =>
  resolveBinaries(silentProgress, { env: { XDG_CACHE_HOME: folder, ...env }, sources });

test('the first source that delivers fills the cache, and the next run asks nobody', async () => {
  const [first, second] = [source('first', { ok: true }), source('second', { ok: true })];
  const found = await resolve([first, second]);
  expect(first.asked).toEqual(FAMILIES);
  expect(second.asked).toEqual([]);
  expect(await readFile(found.kwok, 'utf8')).toBe('kwok of first');
  expect((await stat(found.kwok)).mode & 0o111).toBe(0o111);
  await resolve([first]);
  expect(first.asked).toHaveLength(FAMILIES.length);
});

test('what a source left that did not deliver never reaches the cache', async () => {
  const found = await resolve([
    source('broken', { ok: false, reason: 'half' }),
    source('good', { ok: true }),
  ]);
  expect(await readFile(found.etcd, 'utf8')).toBe('etcd of good');
  expect(await cached()).toEqual(WHOLE);
});

test('when nobody delivers, the error names the binaries, every source with its reason, and the way out', async () => {
  const failure = resolve([
    source('a', { ok: false, reason: 'no host' }),
    source('b', { ok: false, reason: 'no go' }),
  ]);
  await expect(failure).rejects.toThrow(/etcd .*3\.6\.14.*a: no host.*b: no go.*KUBEBUILDER_ASSETS/s);
  expect(await cached()).toEqual([]);
});

test('a folder that KUBEBUILDER_ASSETS names comes first, and only what it lacks is fetched', async () => {
  const assets = join(folder, 'assets');
  await mkdir(assets);
  for (const name of ['etcd', 'kube-apiserver', 'kubectl']) await writeFile(join(assets, name), '');
  const fetched = source('fetched', { ok: true });
  const found = await resolve([fetched], { KUBEBUILDER_ASSETS: assets });
  expect(found.etcd).toBe(join(assets, 'etcd'));
  expect(found['kube-scheduler']).toBe(join(cache, cacheFolder('kubernetes'), 'kube-scheduler'));
  expect(fetched.asked).toEqual(['kwok', 'kubernetes']);
});

test('two that find an empty cache at once fill it once', async () => {
  const both = source('slow', { ok: true });
  await Promise.all([resolve([both]), resolve([both])]);
  expect(both.asked).toEqual(FAMILIES);
});

test('the lock of a process that lives is respected until that process removes it', async () => {
  const lock = join(cache, 'lock');
  const holder = JSON.stringify(processId(process.pid));
  await mkdir(cache, { recursive: true });
  await writeFile(lock, holder);
  const waiting = Promise.withResolvers<string>();
  const resolved = resolveBinaries(
    { ...silentProgress, say: waiting.resolve },
    { env: { XDG_CACHE_HOME: folder }, sources: [source('any', { ok: true })] },
  );
  expect(await waiting.promise).toContain('waiting for another process');
  expect(await readFile(lock, 'utf8')).toBe(holder);
  await rm(lock);
  await expect(resolved).resolves.toHaveProperty('kwok', join(cache, cacheFolder('kwok'), 'kwok'));
});

test('lock and half-made files of a process that was killed do not stop the next one, and go', async () => {
  await mkdir(join(cache, cacheFolder('etcd'), 'partial-x'), { recursive: true });
  await writeFile(join(cache, cacheFolder('etcd'), 'partial-x', 'half'), '');
  await writeFile(join(cache, 'lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }));
  await resolve([source('any', { ok: true })]);
  expect(await cached()).toEqual(WHOLE);
});
