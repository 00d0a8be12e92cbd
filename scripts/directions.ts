/**
 * Runs dependency-cruiser over the product, and fails when it saw fewer modules than there are: with an
 * unsuitable compiler it cruises none and passes.
 */
import { execFileSync, spawnSync } from 'node:child_process';

const root = new URL('..', import.meta.url).pathname;
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src/*.ts'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('src/engine/kernels/assembly/'));
const cruise = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src'],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  },
);
if (cruise.error || cruise.stdout === '') {
  console.error(cruise.error?.message ?? cruise.stderr);
  process.exit(1);
}
const { summary, modules } = JSON.parse(cruise.stdout) as {
  summary: { violations: { from: string; to: string; rule: { name: string } }[] };
  modules: { source: string }[];
};
const seen = modules.filter(({ source }) => source.startsWith('src/')).length;
for (const { from, to, rule } of summary.violations) console.error(`${rule.name}: ${from} -> ${to}`);
if (seen < sources.length) console.error(`only ${seen} of ${sources.length} modules were seen`);
process.exit(summary.violations.length === 0 && seen >= sources.length ? 0 : 1);
