import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Member } from '../processgroup.ts';
import { killProcess, lives, type ProcessId } from '../processid.ts';

/** What `up`, `down` and `status` know of a federation that another process runs. */
export interface FederationRecord {
  name: string;
  supervisor: ProcessId;
  members: readonly Member[];
  /** Absent until the federation is ready. */
  ready?: { clusters: readonly ClusterRecord[]; kubectl: string };
}

/** The hub first. */
export interface ClusterRecord {
  name: string;
  url: string;
  kubeconfig: string;
}

const FILE = 'federation.json';

/** Folder that holds everything of the federation of this name. */
export function folderOf(name: string, env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'codeco', name);
}

/**
 * Takes a folder for this process: of two that try at the same time one wins.
 *
 * @returns false when somebody else has it
 */
export function takeFolder(folder: string): boolean {
  mkdirSync(dirname(folder), { recursive: true });
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

export function writeRecord(folder: string, record: FederationRecord): void {
  const partial = join(folder, `${FILE}.partial`);
  writeFileSync(partial, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(partial, join(folder, FILE));
}

/** Undefined when there is no federation in this folder. */
export function readRecord(folder: string): FederationRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as FederationRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${join(folder, FILE)} cannot be read`, { cause: error });
  }
}

export function isSupervised(record: FederationRecord): boolean {
  return lives(record.supervisor);
}

/** Ends the processes that the record names, should any have outlived supervisor and keeper, and removes the folder. */
export function removeRemains(folder: string, record: FederationRecord): void {
  for (const member of record.members) killProcess(member, 'SIGKILL');
  removeFolder(folder);
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // A folder that the user chose (--dir) lies in one that is theirs.
  if (dirname(folder) !== dirname(folderOf('any'))) return;
  try {
    rmdirSync(dirname(folder));
  } catch {
    // Another federation lives beside it.
  }
}
