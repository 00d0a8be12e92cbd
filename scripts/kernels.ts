/**
 * Compiles the kernels of the placement engine (AssemblyScript to WebAssembly with SIMD) into a module of
 * their bytes. `--check` compares only: node scripts/kernels.ts [--check]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = 'src/engine/kernels/assembly/index.ts';
const TARGET = fileURLToPath(new URL('../src/engine/kernels/kernels.generated.ts', import.meta.url));
const LINE = 100;

const bytes = await compile();
const text = moduleOf(bytes);
if (process.argv.includes('--check')) {
  const current = await readFile(TARGET, 'utf8').catch(() => '');
  if (current !== text) {
    console.error(`${TARGET} is not what ${SOURCE} compiles to; run: npm run generate`);
    process.exit(1);
  }
} else await writeFile(TARGET, text);

async function compile(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      SOURCE,
      '--baseDir',
      fileURLToPath(new URL('..', import.meta.url)),
      '--outFile',
      'kernels.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--importMemory',
      '--noAssert',
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm') && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`kernels do not compile: ${stderr.toString()}`, { cause: error });
  return binary;
}

function moduleOf(wasm: Uint8Array): string {
  const base64 = Buffer.from(wasm).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [
    `/** Generated from ${SOURCE} by scripts/kernels.ts; not to be edited. */`,
    'export const KERNELS_BASE64: string = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}
