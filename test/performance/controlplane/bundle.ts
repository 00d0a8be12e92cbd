import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Builds what the image ships into a folder and returns its entry: that is what is measured. */
export async function buildBundle(folder: string): Promise<string> {
  const script = new URL('../../../scripts/bundle.ts', import.meta.url).pathname;
  await promisify(execFile)(process.execPath, [script, folder]);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}\n');
  return join(folder, 'main.js');
}
