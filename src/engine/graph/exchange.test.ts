import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { randomProblem } from '../../../test/support/randomproblem.ts';
import { parseProblem } from '../parse.ts';
import type { Problem } from '../problem.ts';
import { solve } from '../solve.ts';
import { flattened, unflattened } from './attributes.ts';
import { GRAPH_FORMATS, readGraph, writeGraph } from './exchange.ts';
import { problemGraph } from './problemgraph.ts';

const INSPECTION = parseProblem(
  JSON.parse(readFileSync(new URL('../../../examples/plan/inspection.json', import.meta.url), 'utf8')),
);
const OPTIONS = { work: 1e8, seed: 1, clock: () => 0, cancelled: () => false };

describe.each(GRAPH_FORMATS)('a problem written as %s', (format) => {
  it('reads back as the same problem, placement or not', () => {
    expect(readGraph(writeGraph(format, INSPECTION))).toEqual(INSPECTION);
    expect(readGraph(writeGraph(format, INSPECTION, solve(INSPECTION, OPTIONS)))).toEqual(INSPECTION);
  });

  it('reads back the same with every feature mixed', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const problem = randomProblem(seed);
      expect([seed, readGraph(writeGraph(format, problem))]).toEqual([seed, problem]);
    }
  });

  it('reads back names that mean something in XML, in paths and in JavaScript', () => {
    const problem: Problem = structuredClone(INSPECTION);
    problem.locations[0]!.labels = { 'a.b/c%2E<d>': '"&\n', constructor: 'x' };
    problem.applications[0]!.services[1]!.demand = { 'nvidia.com/gpu': 1, cpu: 0.1 };
    expect(readGraph(writeGraph(format, problem))).toEqual(problem);
  });
});

describe('a graph of a placement', () => {
  it('has an edge from each service to where it is, with the replicas', () => {
    const graph = problemGraph(INSPECTION, solve(INSPECTION, OPTIONS));
    expect(graph.getEdgeAttributes('placed:inspection/dashboard/city')).toEqual({
      kind: 'Placed',
      replicas: 1,
    });
    expect(graph.target('placed:inspection/learner/cloud')).toBe('place:cloud');
    expect(graph.getEdgeAttribute('channel:inspection/boxes', 'predictedDelayMs')).toBe(3);
  });
});

describe('text that is no problem', () => {
  it.each([
    ['is neither format', 'hello', 'neither GEXF nor GraphML'],
    ['is cut short', '<graphml><graph', 'graph'],
    [
      'has nothing in it',
      writeGraph('graphml', { ...INSPECTION, locations: [], links: [], datasets: [], applications: [] }),
      'locations',
    ],
  ])('%s and gets an error that says so', (_, text, message) => {
    expect(() => readGraph(text)).toThrow(message);
  });

  it('keeps a name of the language as a name', () => {
    expect(Object.keys(unflattened(flattened(JSON.parse('{"__proto__": {"a": 1}}') as object)))).toEqual([
      '__proto__',
    ]);
  });
});
