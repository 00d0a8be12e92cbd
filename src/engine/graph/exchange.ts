import { MultiDirectedGraph } from 'graphology';
import gexf from 'graphology-gexf';
import graphml from 'graphology-graphml';
import type { Problem } from '../problem.ts';
import { ProblemError } from '../problemerror.ts';
import type { Result } from '../result.ts';
import type { Flat } from './attributes.ts';
import { graphmlText } from './graphml.ts';
import { problemOfGraph } from './graphproblem.ts';
import { type ProblemGraph, problemGraph } from './problemgraph.ts';

/** Formats that other programs draw and edit graphs in. */
export const GRAPH_FORMATS = ['gexf', 'graphml'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** A problem, with its placement where there is one, as GEXF or GraphML. */
export function writeGraph(format: GraphFormat, problem: Problem, result?: Result): string {
  const graph = problemGraph(problem, result);
  if (format === 'graphml') return graphmlText(graph);
  // GEXF knows whole and decimal numbers by the first value it sees; text reads back as what it was.
  return gexf.write(asText(graph));
}

/**
 * The problem in a GEXF or GraphML text; which of the two its first element tells.
 * @throws ProblemError Malformed for text that is neither, and what `problemOfGraph` throws
 */
export function readGraph(text: string): Problem {
  const [, root = ''] = /<(gexf|graphml)[\s>]/.exec(text) ?? [];
  if (root === '') throw new ProblemError('Malformed', 'graph', 'is neither GEXF nor GraphML');
  let graph: ProblemGraph;
  try {
    graph =
      root === 'gexf'
        ? (gexf.parse<Flat, Flat>(MultiDirectedGraph<Flat, Flat>, text) as ProblemGraph)
        : (graphml.parse<Flat, Flat>(MultiDirectedGraph<Flat, Flat>, text) as ProblemGraph);
  } catch (error) {
    throw new ProblemError('Malformed', 'graph', `cannot be read: ${(error as Error).message}`);
  }
  return problemOfGraph(graph);
}

/** Numbers as text, marked, since GEXF would round those that come after a whole one. */
function asText(graph: ProblemGraph): ProblemGraph {
  const copy = graph.copy() as ProblemGraph;
  copy.updateEachNodeAttributes((_, attributes) => marked(attributes));
  copy.updateEachEdgeAttributes((_, attributes) => marked(attributes));
  return copy;
}

function marked(attributes: Flat): Flat {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) =>
      typeof value === 'number' ? [`${name}@json`, String(value)] : [name, value],
    ),
  );
}
