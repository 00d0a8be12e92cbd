import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { runCli } from './main.ts';
import { scatter } from './scatter.ts';
import { EXIT } from './streams.ts';

const example = (name: string) => new URL(`../../examples/${name}`, import.meta.url).pathname;
const PROBLEM = example('plan/inspection.json');

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(['front', ...args], {
    stdin: Readable.from([]),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('codeco front', () => {
  test('lists what each step costs in the other term, and draws it', async () => {
    const { code, out } = await run(PROBLEM, '--terms', 'cost,delay');
    expect(code).toBe(EXIT.ok);
    expect(out).toContain(
      [
        'inspection: 5 ways to trade cost against delay, each proved; what lies between two of them saves less than 1.289 ms',
        '     cost USD/h  delay ms  PLACES, THEN WHAT CHANGES',
        '  1       0.466     10.48  camera plant; detector plant; tracker cloud; learner cloud; dashboard cloud x1, overseas x1',
        '  2      0.4761     7.667  dashboard cloud x1, overseas x1 -> cloud x1, city x1',
      ].join('\n'),
    );
    expect(out).toMatch(/└─+ cost$/);
  });

  test('gives programs every point with its bound', async () => {
    const { out } = await run(PROBLEM, '--terms', 'cost,delay', '--points', '3', '-o', 'json');
    const { points, complete } = JSON.parse(out) as {
      points: { first: number; second: number; firstBound: number }[];
      complete: boolean;
    };
    expect({ count: points.length, complete }).toEqual({ count: 3, complete: true });
    for (const { first, firstBound } of points) expect(firstBound).toBeLessThanOrEqual(first * (1 + 1e-6));
  });

  test.each([
    [['--terms', 'cost'], '--terms cost: two different terms such as cost,carbon'],
    [['--terms', 'cost,cost'], '--terms cost,cost: two different terms'],
    [['--terms', 'cost,carbn'], '--terms carbn: there is no such term; did you mean carbon?'],
    [['--terms', 'cost,delay', '--points', '1'], '--points 1: a whole number from 2 to 100'],
    [['--terms', 'cost,delay', '--application', 'inspektion'], 'did you mean inspection?'],
  ])('says what is wrong with %s', async (args, message) => {
    const { code, err } = await run(PROBLEM, ...args);
    expect(code).toBe(EXIT.badInput);
    expect(err).toContain(message);
  });

  test('exits as for an infeasible application when nothing can be placed', async () => {
    const { code, out } = await run(
      example('impossible.yaml'),
      ...['clusters', 'datasets', 'links', 'policy'].map((name) => example(`federation/${name}.yaml`)),
      example('plan/hub.yaml'),
      '--terms',
      'cost,carbon',
    );
    expect({ code, out }).toEqual({
      code: EXIT.infeasible,
      out: expect.stringContaining('infeasible, proved; codeco plan tells why'),
    });
  });
});

describe('scatter', () => {
  test('puts the least of both in the corner and the greatest at the ends', () => {
    const lines = scatter(
      [
        [0, 10],
        [5, 0],
        [10, 10],
      ],
      'x',
      'y',
    );
    expect(lines[1]).toMatch(/^ {2}│1 {46}3$/);
    expect(lines[10]).toMatch(/^ {2}│ {24}2$/);
  });

  test('draws equal values without dividing by nothing', () => {
    expect(
      scatter(
        [
          [1, 1],
          [1, 1],
        ],
        'x',
        'y',
      )[10],
    ).toBe('  │1');
  });
});
