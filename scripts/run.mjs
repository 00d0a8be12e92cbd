// Runs one of the project's TypeScript programs on the project's own Node, from any checkout: installs the
// lockfile's packages first when they are missing. Plain JavaScript for any Node from 20 up, because it
// runs before anything is installed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const stamp = join(root, 'node_modules', '.installed-lockfile');

function installPackages() {
  const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return;
  console.error('packages   installing what package-lock.json names (about a minute) ...');
  const started = Date.now();
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error(
      `packages   npm ci failed (exit ${result.status ?? result.signal}); the lines above say why`,
    );
    process.exit(1);
  }
  writeFileSync(stamp, lockfile);
  console.error(`packages   installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

installPackages();
if (!existsSync(node)) {
  console.error('node       the package "node" placed no binary: npm was told to ignore install scripts');
  process.exit(1);
}

const child = spawn(node, process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
