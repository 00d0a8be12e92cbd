import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { killProcess, lives, type ProcessId } from '../../scripts/local/processid.ts';
import { type FederationRecord, folderOf, readRecord } from '../../scripts/local/supervisor/record.ts';
import { CustomResourceDefinitionResource } from '../../src/api/core.ts';
import { createClient, type KubeClient } from '../../src/kube/client.ts';
import { loadEndpoint } from '../../src/kube/config.ts';
import { Transport } from '../../src/kube/transport.ts';

function clientOf(kubeconfig: string): KubeClient {
  const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig }) });
  onTestFinished(() => transport.close());
  return createClient(transport);
}

/** The command itself, as people run it. */
describe('npm run local', () => {
  const main = new URL('../../scripts/local/main.ts', import.meta.url).pathname;
  let state: string;
  let folder: string;

  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'codeco-state-'));
    folder = folderOf('t', { XDG_STATE_HOME: state });
  });

  afterEach(async () => {
    await local('down').catch(() => {});
    await rm(state, { recursive: true, force: true });
  });

  async function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
    const env = { ...process.env, XDG_STATE_HOME: state };
    return promisify(execFile)(process.execPath, [main, '--name', 't', ...args], { env });
  }

  async function local(...args: string[]): Promise<string> {
    return (await run(...args)).stdout;
  }

  async function up(clusters = 0): Promise<FederationRecord> {
    await local('up', '--clusters', String(clusters));
    const record = readRecord(folder);
    if (!record?.ready) throw new Error('up returned before the federation was ready');
    return record;
  }

  const processesOf = (record: FederationRecord): ProcessId[] => [record.supervisor, ...record.members];

  function keeperOf(record: FederationRecord): ProcessId {
    const keeper = record.members.find(({ name }) => name === 'keeper');
    if (!keeper) throw new Error('no keeper is recorded');
    return keeper;
  }

  const stillThere = async (record: FederationRecord) => ({
    processes: processesOf(record).filter(lives),
    files: await readdir(state, { recursive: true }),
  });

  const NOTHING = { processes: [], files: [] };

  test('up gives a working federation and says where it is; down leaves no process and no file', async () => {
    const said = await local('up', '--clusters', '1');
    const record = readRecord(folder) as FederationRecord;
    for (const { kubeconfig } of record.ready?.clusters ?? []) {
      expect(said).toContain(kubeconfig);
      expect(existsSync(kubeconfig)).toBe(true);
    }
    const kubectl = record.ready?.kubectl ?? '';
    const { stdout } = await promisify(execFile)(kubectl, [
      '--kubeconfig',
      join(folder, 'hub/kubeconfig'),
      'get',
      'managedclusters',
    ]);
    expect(stdout).toMatch(/c1\s+true\s+True\s+True/);
    expect(await local('status')).toContain('every process runs');
    await expect(local('up')).rejects.toThrow('is up already');
    expect(await local('down')).toBe('local federation "t" is down\n');
    expect(await stillThere(record)).toEqual(NOTHING);
  });

  test('a killed supervisor leaves no process and no file after 5 s, and the next up works', async () => {
    const record = await up();
    killProcess(record.supervisor, 'SIGKILL');
    await vi.waitFor(
      async () => {
        const { processes, files } = await stillThere(record);
        // The folder that holds the federations of all names may stay.
        expect([processes, files]).toEqual([[], ['codeco']]);
      },
      { timeout: 5000, interval: 100 },
    );
    await up();
  });

  test('a killed keeper takes its processes and the supervisor along', async () => {
    const record = await up();
    killProcess(keeperOf(record), 'SIGKILL');
    await vi.waitFor(async () => expect(await stillThere(record)).toEqual(NOTHING), {
      timeout: 5000,
      interval: 100,
    });
  });

  test('what outlives supervisor and keeper is found by its record and removed by down', async () => {
    const record = await up();
    killProcess(keeperOf(record), 'SIGSTOP');
    killProcess(record.supervisor, 'SIGKILL');
    killProcess(keeperOf(record), 'SIGKILL');
    await vi.waitFor(() => expect(lives(keeperOf(record))).toBe(false));
    expect(processesOf(record).filter(lives)).not.toEqual([]);
    await local('down');
    await vi.waitFor(async () => expect(await stillThere(record)).toEqual(NOTHING));
  });

  test('an up that fails says why, and leaves no process and no file', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'codeco-crds-'));
    onTestFinished(() => rm(empty, { recursive: true }));
    await expect(local('up', '--clusters', '0', '--ocm-crds', empty)).rejects.toThrow(
      /codeco-crds-.* has no CustomResourceDefinition .*manifestworks/,
    );
    expect(await readdir(state)).toEqual([]);
  });

  test("takes OCM's own definitions in place of ours, and says where they differ", async () => {
    const upstream = await mkdtemp(join(tmpdir(), 'codeco-crds-'));
    onTestFinished(() => rm(upstream, { recursive: true }));
    // As upstream keeps them: a folder for each group and version.
    await cp(new URL('../../crds/ocm', import.meta.url), upstream, { recursive: true });
    const file = join(upstream, 'hub/work.open-cluster-management.io_manifestworks.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('default: Poll', 'default: Watch'));
    const { stderr } = await run('up', '--clusters', '0', '--ocm-crds', upstream);
    expect(stderr).toContain(
      'OCM differs: manifestworks.work.open-cluster-management.io v1.spec.manifestConfigs[].feedbackScrapeType: default "Poll" here, "Watch" there',
    );
    const hub = clientOf(join(folder, 'hub/kubeconfig'));
    const crd = await hub.get(CustomResourceDefinitionResource, {
      namespace: '',
      name: 'manifestworks.work.open-cluster-management.io',
    });
    expect(JSON.stringify(crd)).toContain('"default":"Watch"');
  });

  test('a folder that is not a federation is neither used nor removed', async () => {
    await expect(local('up', '--dir', state)).rejects.toThrow('is not the folder of a federation');
    expect(await local('down', '--dir', state)).toContain('there is no local federation');
    expect(existsSync(state)).toBe(true);
  });
});
