import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { load } from 'js-yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import { Result } from '../engine/result.ts';
import { runCli } from './main.ts';
import { EXIT } from './streams.ts';

const example = (name: string) => new URL(`../../examples/${name}`, import.meta.url).pathname;
const PROBLEM = example('plan/inspection.json');
const FEDERATION = [
  ...['clusters', 'datasets', 'links', 'policy'].map((name) => example(`federation/${name}.yaml`)),
  example('plan/hub.yaml'),
];

async function run(args: readonly string[], { stdin = '', colour = false } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    colour,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const problemWith = async (change: (problem: { applications: Record<string, unknown>[] }) => void) => {
  const problem = JSON.parse(await readFile(PROBLEM, 'utf8')) as { applications: Record<string, unknown>[] };
  change(problem);
  return JSON.stringify(problem);
};

describe('codeco plan', () => {
  test('places a problem file and tells where, at what cost and how well', async () => {
    const { code, out, err } = await run(['plan', PROBLEM]);
    expect({ code, err }).toEqual({ code: EXIT.ok, err: '' });
    expect(out).toBe(
      [
        'inspection: proved optimal',
        '  SERVICE    LOCATION           NEXT BEST',
        '  camera     plant              -',
        '  detector   plant              city (+190.9 %)',
        '  tracker    city               cloud (+12.6 %)',
        '  learner    cloud              city (+6.3 %)',
        '  dashboard  cloud x1, city x1  -',
        '',
        '  TERM           VALUE  UNIT',
        '  cost          0.5008  USD/h',
        '  carbon         12.59  gCO2e/h',
        '  delay          2.417  ms',
        '  resilience   0.01228  nats',
        '  balance     0.006944',
        '  migration          0  moves',
        '  objective 0.2575 (1 is the average placement), lower bound 0.2575 by search',
      ].join('\n'),
    );
  });

  test('places applications and a federation as kubectl would apply them', async () => {
    const { code, out } = await run(['plan', example('vision.yaml'), ...FEDERATION]);
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('demo/vision: proved optimal');
    expect(out).toContain('  detector   edge-a ');
  });

  test('tells of an impossible application what conflicts and what would help, with exit code 2', async () => {
    const { code, out } = await run(['plan', example('impossible.yaml'), ...FEDERATION]);
    expect(code).toBe(EXIT.infeasible);
    expect(out).toContain('demo/press-line: infeasible, proved');
    expect(out).toContain(
      'would do: raise maxDelay of channel control to 7 ms (then: edge-b and regional-1)',
    );
  });

  test('tells of an application without candidates why no cluster is one', async () => {
    const elsewhere = (await readFile(example('vision.yaml'), 'utf8')).replace(
      'namespace: demo',
      'namespace: other',
    );
    const { code, out } = await run(['plan', '-', ...FEDERATION], { stdin: elsewhere });
    expect(code).toBe(EXIT.infeasible);
    expect(out).toContain('none is bound to namespace other');
  });

  test('makes one attempt when the time is over before it begins, and says how far it may be off', async () => {
    const { code, out } = await run(['plan', PROBLEM, '--budget', '0ms']);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^inspection: placed, at most [\d.]+ % above the optimum\n/);
  });

  test('says that nothing is proved where one attempt finds nothing, with exit code 4', async () => {
    const { code, out } = await run(['plan', example('impossible.yaml'), ...FEDERATION, '--budget', '0ms']);
    expect(code).toBe(EXIT.noneFound);
    expect(out).toBe(
      'demo/press-line: no placement found within the budget, and not proved that there is none',
    );
  });

  test.each(['json', 'yaml'])(
    '-o %s gives a result that reads back, the same for the same seed',
    async (format) => {
      const args = ['plan', PROBLEM, '-o', format, '--seed', '7'];
      const [first, second] = [await run(args), await run(args)];
      expect(first.out).toBe(second.out);
      const result = Result.parse(format === 'json' ? JSON.parse(first.out) : load(first.out));
      expect(result).toMatchObject({
        seed: 7,
        applications: [{ application: 'inspection', verdict: 'Optimal' }],
      });
    },
  );

  test.each(['gexf', 'graphml'])(
    '-o %s draws the placement, and the drawing reads as the same problem',
    async (format) => {
      const drawn = await run(['plan', PROBLEM, '-o', format]);
      expect(drawn).toMatchObject({ code: EXIT.ok, err: '' });
      const [again, before] = [await run(['plan', '-'], { stdin: drawn.out }), await run(['plan', PROBLEM])];
      expect(again.out).toBe(before.out);
    },
  );

  test('--profile places by another profile, the built-in ones and those in the files', async () => {
    const weights = async (profile: string) => {
      const { out } = await run(['plan', PROBLEM, '--profile', profile, '-o', 'json']);
      return Result.parse(JSON.parse(out)).applications[0]!.normalised;
    };
    expect(Object.keys(await weights('Cost'))).toContain('migration');
    const own = `apiVersion: codeco.he-codeco.eu/v1alpha1
kind: PerformanceProfile
metadata: { name: cheap }
spec: { weights: { cost: 1 } }
`;
    const { code, out } = await run(
      ['plan', '-', example('bookinfo.yaml'), ...FEDERATION, '--profile', 'cheap', '-o', 'wide'],
      { stdin: own },
    );
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/carbon +\S+ +gCO2e\/h +not weighed/);
  });

  test('colours only where it is shown', async () => {
    const plain = await run(['plan', PROBLEM]);
    const coloured = await run(['plan', PROBLEM], { colour: true });
    expect(plain.out).not.toContain('\u001b[');
    expect(coloured.out).toContain('\u001b[32mproved optimal\u001b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
    expect(coloured.out.replace(/\u001b\[\d+m/g, '')).toBe(plain.out);
  });
});

describe('codeco explain', () => {
  test('compares the place with the next one, proves what others cost, and names what rules them out', async () => {
    const { code, out } = await run(['explain', PROBLEM, '--service', 'detector']);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^detector -> plant {3}\(proved optimal\)\n +plant {2}next: city\n/);
    expect(out).toContain('total                  0.2575  at least 0.7489 (+190.9 %) if forced');
    expect(out).toContain('cloud     Delay: channel frames allows 5 ms, best path 16 ms');
    expect(out).toContain('overseas  Residency: lies in US, the data must stay in EU');
    expect(out).toContain('rules remove of 4 locations: Residency 1, Delay 1 (2 alone)');
  });

  test('advises on capacity with what it saves', async () => {
    const stdin = await problemWith((problem) => {
      const [, , , city] = (problem as unknown as { locations: { free: { cpu: number } }[] }).locations;
      city!.free.cpu = 0.5;
    });
    const { out } = await run(['explain', '-'], { stdin });
    expect(out).toMatch(/more room for inspection, verified by solving with it:\n {2}1 cpu more on city /);
  });

  test('explains the conflict of an impossible application', async () => {
    const { code, out } = await run(['explain', example('impossible.yaml'), ...FEDERATION]);
    expect(code).toBe(EXIT.infeasible);
    expect(out).toContain('controller may not run on edge-b');
    expect(out).toContain('rules remove of 4 locations');
  });
});

describe('codeco whatif', () => {
  test('answers as moves, terms and broken rules', async () => {
    const { code, out } = await run(['whatif', PROBLEM, '--forbid', 'learner=cloud']);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^inspection: 1 service moves \(proved optimal\)\n/);
    expect(out).toMatch(/learner +cloud +city/);
    expect(out).toContain('rules that the placement as it was would break');
    expect(out).toMatch(/cost +0\.5008 +0\.5784 +\+15\.5 % +USD\/h/);
  });

  test('tells what cannot go on when a location is lost, with exit code 2', async () => {
    const { code, out } = await run(['whatif', PROBLEM, '--lose', 'plant']);
    expect(code).toBe(EXIT.infeasible);
    expect(out).toContain('camera may only run on plant');
  });

  test.each([
    ['--delay', 'plant:city=4', /nothing moves/],
    ['--weights', 'cost=1', /inspection/],
    ['--scale', '*=2', /inspection/],
    ['--price', 'cloud=1.5', /inspection/],
  ])('%s %s is understood', async (flag, value, text) => {
    const { out, err } = await run(['whatif', PROBLEM, flag, value]);
    expect(err).toBe('');
    expect(out).toMatch(text);
  });
});

describe('codeco compare', () => {
  let own = '';
  beforeAll(async () => {
    own = join(await mkdtemp(join(tmpdir(), 'codeco-')), 'result.json');
  });

  test('judges a result that anybody made by the rules of the problem', async () => {
    const { out } = await run(['plan', PROBLEM, '-o', 'json']);
    const result = Result.parse(JSON.parse(out));
    const detector = result.applications[0]!.services.find(({ service }) => service === 'detector')!;
    detector.shares = [{ location: 'cloud', replicas: 1 }];
    await writeFile(own, JSON.stringify(result));
    const compared = await run(['compare', PROBLEM, '--result', own]);
    expect(compared.code).toBe(EXIT.infeasible);
    expect(compared.out).toMatch(/broken rules +0 +1\n/);
    expect(compared.out).toContain('Delay inspection camera plant: 16 ms');
  });

  test('puts profiles side by side', async () => {
    const { code, out } = await run(['compare', PROBLEM, '--profile', 'Cost', '--profile', 'Latency']);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^ +Cost +Latency +UNIT\nplaced +1\/1 +1\/1\n/);
  });
});

describe('wrong input has exit code 3 and says what would be right:', () => {
  test.each<[string, string[], string]>([
    ['a file that is not there', ['plan', '/nowhere.json'], '/nowhere.json: cannot be read: ENOENT'],
    ['no file', ['plan'], 'a FILE is needed'],
    [
      'a misspelt flag',
      ['plan', PROBLEM, '--budgt', '3'],
      'there is no flag --budgt; did you mean --budget?',
    ],
    ['a flag without its value', ['plan', PROBLEM, '--seed'], '--seed: a value is needed'],
    ['a budget that is none', ['plan', PROBLEM, '--budget', 'much'], 'units of work such as'],
    [
      'an output that is none',
      ['plan', PROBLEM, '-o', 'xml'],
      'table, wide, json, yaml, gexf, graphml are possible',
    ],
    ['a misspelt profile', ['plan', PROBLEM, '--profile', 'Greeness'], 'did you mean Greenness?'],
    ['a misspelt command', ['paln', PROBLEM], 'did you mean plan?'],
    ['a question without a change', ['whatif', PROBLEM], 'what would be different?'],
    ['a location that is not there', ['whatif', PROBLEM, '--lose', 'clod'], 'did you mean cloud?'],
    ['a service that is not there', ['explain', PROBLEM, '--service', 'detctor'], 'did you mean'],
    ['a change that says nothing', ['whatif', PROBLEM, '--scale', 'web'], 'write SERVICE=FACTOR'],
    ['a graph of an explanation', ['explain', PROBLEM, '-o', 'gexf'], 'only codeco plan draws a graph'],
    ['nothing to compare with', ['compare', PROBLEM], 'nothing to compare with'],
    ['a problem where a result is due', ['compare', PROBLEM, '--result', PROBLEM], 'no result'],
    ['an application without clusters', ['plan', example('vision.yaml')], 'kubectl get managedclusters'],
    [
      'clusters without an application',
      ['plan', ...FEDERATION],
      'neither a CodecoApp nor a placement problem',
    ],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: EXIT.badInput, out: '' });
    expect(err).toContain(message);
  });

  test.each<[string, string, string]>([
    ['no YAML', 'a: [', 'standard input: not YAML'],
    [
      'another format',
      '{"format": "codeco.placement.problem/v2"}',
      'a problem has codeco.placement.problem/v1',
    ],
    [
      'an application with a mistake',
      'apiVersion: codeco.he-codeco.eu/v1alpha1\nkind: CodecoApp\n',
      'standard input:1',
    ],
  ])('%s', async (_, stdin, message) => {
    const { code, err } = await run(['plan', '-'], { stdin });
    expect(code).toBe(EXIT.badInput);
    expect(err).toContain(message);
  });

  test('a problem with a wrong value, by its path', async () => {
    const stdin = await problemWith(({ applications }) => {
      (applications[0]!['services'] as { demand: object }[])[1]!.demand = { cpu: -1 };
    });
    const { code, err } = await run(['plan', '-'], { stdin });
    expect(code).toBe(EXIT.badInput);
    expect(err).toContain('standard input: applications[0].services[1].demand.cpu');
  });
});
