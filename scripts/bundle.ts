/**
 * Builds what the image ships: dist/main.js (every controller) and, beside it, dist/solverworker.js, which
 * the scheduler starts as a thread. node scripts/bundle.ts [DIR]
 */
import { rmSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = join(fileURLToPath(import.meta.url), '..', '..');
const outdir = resolve(root, process.argv[2] ?? 'dist');

/**
 * Leaves out what `KubeConfig` of client-node carries for its own client: undici and the generated API, half
 * of the bundle. We ask it for credentials and talk through our own transport. Whoever calls one of
 * these in a bundle gets an error that says so.
 */
const withoutOwnClient: Plugin = {
  name: 'without-own-client',
  setup(build) {
    build.onResolve({ filter: /^(undici|\.\/gen\/index\.js)$/ }, ({ path, importer }) =>
      importer.endsWith(join('@kubernetes', 'client-node', 'dist', 'config.js'))
        ? { path, namespace: 'left-out' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `
        class LeftOut { constructor() { throw new Error('${path} is not part of this bundle'); } }
        export { LeftOut as Agent, LeftOut as ProxyAgent, LeftOut as ServerConfiguration };
        export function createConfiguration() { return new LeftOut(); }`,
    }));
  },
};

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cmd/main.ts', solverworker: 'src/controllers/swm/solverworker.ts' },
  outdir,
  bundle: true,
  // No splitting: import.meta.url has to be that of main.js, beside which the worker is looked for.
  splitting: false,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minifyWhitespace: true,
  minifySyntax: true,
  // Names stay: those of classes are part of messages and logs. esbuild's keepNames would do it with a call
  // for every function that is made at run time, which cost ACM a twentieth of its time.
  minifyIdentifiers: false,
  legalComments: 'linked',
  // pino and the authentication plugins are CommonJS inside and call require, which a module does not have.
  banner: {
    js: "import { createRequire as bundledRequire } from 'node:module'; const require = bundledRequire(import.meta.url);",
  },
  // Optional native parts of packages, looked for at run time and done without.
  external: ['bufferutil', 'utf-8-validate', 'supports-color'],
  plugins: [withoutOwnClient],
  metafile: true,
  logLevel: 'warning',
});
for (const file of Object.keys(metafile.outputs).sort()) {
  const size = statSync(join(root, file)).size;
  console.log(`${relative(root, join(root, file))}  ${Math.ceil(size / 1024)} KiB`);
}
