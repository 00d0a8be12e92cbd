import { readdir, readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CodecoApp, CodecoAppResource } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { type FileFinding, validateSources } from '../../src/cli/validate.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { type ApiError, hasCode } from '../../src/runtime/apierror.ts';
import { aRightApp, type LooseApp, type Refusal, RIGHT_CASES, WRONG_CASES } from '../support/modelcases.ts';
import { type SharedHub, sharedHub } from '../support/sharedhub.ts';

/** The API server and the command line judge the same objects: neither lets pass what the other refuses. */

let hub: SharedHub;
let client: KubeClient;

beforeAll(async () => {
  hub = await sharedHub();
  client = hub.admin;
});

afterAll(() => hub?.close());

/** What the server says to `kubectl apply` of the object: undefined when it takes it. */
async function serverRefusal(app: LooseApp, dryRun = true): Promise<ApiError | undefined> {
  const object = app as unknown as CodecoApp;
  try {
    await client.create(CodecoAppResource, object, { dryRun, fieldValidation: 'Strict' });
    return undefined;
  } catch (error) {
    if (!hasCode(error, 'BadRequest', 'Invalid', 'TooLarge')) throw error;
    return error;
  }
}

function offlineErrors(app: LooseApp): FileFinding[] {
  const { findings } = validateSources([{ file: 'app.json', text: JSON.stringify(app) }]);
  return findings.filter(({ severity }) => severity === 'Error');
}

const CODES: Record<Exclude<Refusal, 'Accepted'>, string> = {
  Strict: 'BadRequest',
  Schema: 'Invalid',
  Rule: 'Invalid',
  // Below 3 MiB it is etcd that refuses; the client tells both alike.
  Size: 'TooLarge',
};

describe('refused, by whom and where', () => {
  test.each(WRONG_CASES)('$by: $name', async ({ by, path, nearest, change }) => {
    const app = aRightApp('default');
    change(app);
    const offline = offlineErrors(app);
    const here = offline.find((finding) => finding.path === path);
    expect(here, `codeco validate names ${path}: ${JSON.stringify(offline)}`).toBeDefined();
    expect(here?.nearest).toEqual(nearest);
    // The limit is etcd's, which a dry run does not reach.
    const refusal = await serverRefusal(app, by !== 'Size');
    if (by === 'Accepted') {
      expect(refusal?.message).toBeUndefined();
      return;
    }
    expect(refusal?.code).toBe(CODES[by]);
    if (by === 'Strict') expect(refusal?.message).toContain(`unknown field "${path}"`);
    if (by === 'Schema' || by === 'Rule') {
      const fields = refusal?.details.causes?.map(({ field }) => field) ?? [];
      // The server names the entry of a list, or what misses a field; we name the field itself.
      expect(
        fields.some((field) => near(field, path)),
        fields.join(),
      ).toBe(true);
    }
  });
});

function near(field: string, path: string): boolean {
  const parent = path.slice(0, path.lastIndexOf('.'));
  return path.startsWith(field) || field.startsWith(`${parent}.`);
}

describe('taken by the API server and by codeco validate', () => {
  test.each(RIGHT_CASES)('$name', async ({ change }) => {
    const app = aRightApp('default');
    change(app);
    expect(offlineErrors(app)).toEqual([]);
    expect((await serverRefusal(app))?.message).toBeUndefined();
  });

  test('what was written for CODECO itself, unchanged', async () => {
    const folder = new URL('../../examples/codeco/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const file of files) {
      const text = await readFile(new URL(file, folder), 'utf8');
      expect(validateSources([{ file, text }]).findings).toEqual([]);
      for (const app of loadAll(text) as LooseApp[]) {
        const metadata = { ...(app['metadata'] as object), namespace: 'default' };
        expect((await serverRefusal({ ...app, metadata }))?.message).toBeUndefined();
      }
    }
  });
});

test('there are enough cases', () => {
  expect(WRONG_CASES.length).toBeGreaterThanOrEqual(40);
  expect(RIGHT_CASES.length).toBeGreaterThanOrEqual(20);
});
