import { parseProblem } from '../parse.ts';
import type { Problem } from '../problem.ts';
import { ProblemError } from '../problemerror.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import { unflattened } from './attributes.ts';
import type { EdgeKind, NodeKind, ProblemGraph } from './problemgraph.ts';

type Fields = Record<string, unknown>;
/** An edge with the ids of its ends. */
interface Edge {
  key: string;
  from: Fields;
  to: Fields;
  fields: Fields;
}

/**
 * The problem that a graph stands for; see `problemGraph` for kinds and attributes. Placements are left out,
 * nodes and edges of other kinds, too: a drawing may have more in it.
 *
 * @throws ProblemError Malformed with the path in the problem, or the codes of `checkReferences`
 */
export function problemOfGraph(graph: ProblemGraph): Problem {
  const nodes = nodesByKind(graph);
  const edges = edgesByKind(graph);
  const of = (kind: NodeKind) => nodes.get(kind) ?? [];
  const between = (kind: EdgeKind) => edges.get(kind) ?? [];
  const locations = of('Location');
  const pairs = between('Pair');
  return parseProblem({
    format: PROBLEM_FORMAT,
    locations,
    nodes: of('NetworkNode').map(({ id }) => id),
    links: between('Link')
      .sort((a, b) => Number(a.key.slice(5)) - Number(b.key.slice(5)))
      .map(({ from, to, fields }) => ({ ...fields, from: from['id'], to: to['id'] })),
    ...(pairs.length > 0 ? { matrices: matricesOf(locations, pairs) } : {}),
    datasets: of('Dataset').map((dataset) => ({
      ...dataset,
      holders: between('Holder')
        .filter(({ from }) => from['id'] === dataset['id'])
        .map(({ to, fields }) => ({ ...fields, location: to['id'] })),
    })),
    applications: of('Application').map((app) => ({
      ...app,
      services: of('Service')
        .filter(({ application }) => application === app['id'])
        .map(({ application: _, ...service }) => service),
      channels: between('Channel')
        .filter(({ from }) => from['application'] === app['id'])
        .map(channelOf),
    })),
    fixed: of('Fixed').map(({ id: _, ...fixed }) => fixed),
  });
}

function nodesByKind(graph: ProblemGraph): Map<string, Fields[]> {
  const byKind = new Map<string, Fields[]>();
  for (const key of graph.nodes()) {
    const { kind, ...fields } = fieldsOf(key, graph.getNodeAttributes(key));
    const name = String(kind);
    byKind.set(name, [...(byKind.get(name) ?? []), fields]);
  }
  return byKind;
}

function edgesByKind(graph: ProblemGraph): Map<string, Edge[]> {
  const byKind = new Map<string, Edge[]>();
  for (const key of graph.edges()) {
    const { kind, ...fields } = fieldsOf(key, graph.getEdgeAttributes(key));
    const end = (node: string) => fieldsOf(node, graph.getNodeAttributes(node));
    const list = byKind.get(String(kind)) ?? [];
    byKind.set(String(kind), list);
    list.push({ key, from: end(graph.source(key)), to: end(graph.target(key)), fields });
  }
  return byKind;
}

/** The attributes of a node or an edge without its label; a network node is known by its label alone. */
function fieldsOf(key: string, attributes: Readonly<Record<string, unknown>>): Fields {
  try {
    const { label, weight: _, ...fields } = unflattened(attributes);
    return fields['kind'] === 'NetworkNode' ? { ...fields, id: label } : fields;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ProblemError('Malformed', key, `an attribute that ends in @json holds none: ${error.message}`);
  }
}

function channelOf({ from, to, fields: { predictedDelayMs: _, ...fields } }: Edge): Fields {
  const service = to['kind'] === 'Fixed' ? to['service'] : to['id'];
  const target = to['application'] === from['application'] ? {} : { application: to['application'] };
  return { ...fields, from: from['id'], to: { ...target, service } };
}

function matricesOf(locations: readonly Fields[], pairs: readonly Edge[]): Fields {
  const at = new Map(pairs.map(({ from, to, fields }) => [JSON.stringify([from['id'], to['id']]), fields]));
  const names = [...new Set(pairs.flatMap(({ fields }) => Object.keys(fields)))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      locations.map(({ id: from }) =>
        locations.map(({ id: to }) => at.get(JSON.stringify([from, to]))?.[name] ?? null),
      ),
    ]),
  );
}
