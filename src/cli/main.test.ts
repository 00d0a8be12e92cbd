import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { runCli } from './main.ts';
import { EXIT } from './streams.ts';

const EXAMPLE = new URL('../../examples/bookinfo.yaml', import.meta.url).pathname;

async function run(args: readonly string[], stdin = '') {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

test('an example is valid', async () => {
  expect(await run(['validate', '-f', EXAMPLE])).toEqual({
    code: EXIT.ok,
    out: '1 object judged, 0 errors',
    err: '',
  });
});

test('standard input is read, and what is wrong in it gives exit code 3', async () => {
  const { code, out } = await run(
    ['validate', '-f', '-'],
    'apiVersion: codeco.he-codeco.eu/v1alpha1\nkind: Datset\n',
  );
  expect(code).toBe(3);
  expect(out).toContain('standard input:2: kind: Datset');
});

test('several files are judged together; one that is not there is named', async () => {
  const { code, out } = await run(['validate', '-f', EXAMPLE, '-f', '/nowhere.yaml']);
  expect(code).toBe(3);
  expect(out).toBe('/nowhere.yaml: cannot be read: ENOENT\n1 object judged, 1 error');
});

test('-o json gives the same to programs', async () => {
  const { code, out } = await run(['validate', '-f', '-', '-o', 'json'], 'kind: Dataset\n');
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject({
    judged: 1,
    skipped: 0,
    findings: [{ path: 'apiVersion', severity: 'Error' }],
  });
});

test.each([
  ['no command', []],
  ['an unknown command', ['valdiate']],
  ['no file', ['validate']],
  ['an unknown flag', ['validate', '--file', 'x']],
  ['an unknown output', ['validate', '-f', 'x', '-o', 'yaml']],
])('%s is wrong usage: exit code 3, with help', async (_, args) => {
  const { code, err } = await run(args);
  expect(code).toBe(3);
  expect(err).toContain('usage: codeco COMMAND');
});
