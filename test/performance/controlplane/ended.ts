import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Federation } from '../../../scripts/local/federation.ts';
import { lives } from '../../../scripts/local/processid.ts';

/**
 * Runs `measure`; when it fails, says which processes of the federation have ended, and a controller's last
 * words. A controller that could not renew its lease in time ends itself, and here nobody starts it again.
 */
export async function tellingWhatEnded<T>(federation: Federation, measure: () => Promise<T>): Promise<T> {
  try {
    return await measure();
  } catch (cause) {
    const ended = federation.group.members.filter((member) => !lives(member)).map(({ name }) => name);
    if (ended.length === 0) throw cause;
    const words = await Promise.all(
      ended.map(async (name) => `${name}: ${await lastLines(join(federation.folder, `${name}.log`))}`),
    );
    throw new Error(`ended before the measurement was over: ${words.join('\n')}`, { cause });
  }
}

async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-3).join('\n');
}
