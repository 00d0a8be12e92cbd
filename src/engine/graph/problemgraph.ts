import { MultiDirectedGraph } from 'graphology';
import type { Channel, Problem } from '../problem.ts';
import type { Result } from '../result.ts';
import { type Flat, flattened } from './attributes.ts';

/** What a node or an edge stands for; the attribute `kind`. */
export type NodeKind = 'Location' | 'NetworkNode' | 'Dataset' | 'Application' | 'Service' | 'Fixed';
export type EdgeKind = 'Link' | 'Pair' | 'Holder' | 'Channel' | 'Placed';

export type ProblemGraph = MultiDirectedGraph<Flat, Flat>;

/**
 * A problem as one directed multigraph: locations, network nodes, data sets, applications and services are
 * nodes, links (or pairs of a matrix), holders and channels are edges; with a result also where each service
 * is placed, and the predicted delay of each channel. All fields are attributes, so that `problemOfGraph`
 * reads the same problem back. For views and exchange: the engine itself works on flat arrays.
 */
export function problemGraph(problem: Problem, result?: Result): ProblemGraph {
  const graph: ProblemGraph = new MultiDirectedGraph();
  const node = (kind: NodeKind, id: string, fields: object) =>
    graph.addNode(keyOf(kind, id), { kind, label: id, ...flattened(fields) });
  for (const location of problem.locations) node('Location', location.id, location);
  for (const id of problem.nodes) node('NetworkNode', id, {});
  for (const { holders: _, ...dataset } of problem.datasets) node('Dataset', dataset.id, dataset);
  for (const { services, channels: _, ...app } of problem.applications) {
    node('Application', app.id, app);
    for (const service of services)
      node('Service', `${app.id}/${service.id}`, { application: app.id, ...service });
  }
  for (const each of problem.fixed) node('Fixed', `${each.application}/${each.service}`, each);
  addNetwork(graph, problem);
  for (const { id, holders } of problem.datasets) {
    holders.forEach(({ location, ...fields }, at) => {
      edge(graph, 'Holder', `${id}/${at}`, keyOf('Dataset', id), keyOf('Location', location), fields);
    });
  }
  for (const { id, channels } of problem.applications) {
    for (const channel of channels) addChannel(graph, id, channel, result);
  }
  if (result) addPlacement(graph, result);
  return graph;
}

/** Locations and network nodes share one name space, as do services and fixed services. */
export function keyOf(kind: NodeKind, id: string): string {
  const space =
    { Location: 'place', NetworkNode: 'place', Fixed: 'service' }[kind as string] ?? kind.toLowerCase();
  return `${space}:${id}`;
}

function edge(
  graph: ProblemGraph,
  kind: EdgeKind,
  id: string,
  from: string,
  to: string,
  fields: object,
): void {
  graph.addEdgeWithKey(`${kind.toLowerCase()}:${id}`, from, to, { kind, ...flattened(fields) });
}

function addNetwork(graph: ProblemGraph, { links, locations, matrices }: Problem): void {
  links.forEach(({ from, to, ...fields }, at) => {
    edge(graph, 'Link', String(at), keyOf('Location', from), keyOf('Location', to), fields);
  });
  if (!matrices) return;
  const tables = Object.entries(matrices).flatMap(([name, rows]) => (rows ? [[name, rows] as const] : []));
  locations.forEach((from, k) => {
    locations.forEach((to, l) => {
      const fields = Object.fromEntries(tables.map(([name, rows]) => [name, rows[k]![l]!]));
      // A null is told apart from a table that is not there.
      edge(
        graph,
        'Pair',
        `${from.id}/${to.id}`,
        keyOf('Location', from.id),
        keyOf('Location', to.id),
        fields,
      );
    });
  });
}

function addChannel(graph: ProblemGraph, app: string, channel: Channel, result: Result | undefined): void {
  const { from, to, ...fields } = channel;
  const answer = result?.applications.find(({ application }) => application === app);
  const placed = answer?.channels.find((each) => each.channel === channel.id);
  edge(
    graph,
    'Channel',
    `${app}/${channel.id}`,
    keyOf('Service', `${app}/${from}`),
    keyOf('Service', `${to.application ?? app}/${to.service}`),
    placed?.delayMs === undefined ? fields : { ...fields, predictedDelayMs: placed.delayMs },
  );
}

function addPlacement(graph: ProblemGraph, { applications }: Result): void {
  for (const { application, services } of applications) {
    for (const { service, shares } of services) {
      for (const { location, replicas } of shares) {
        const id = `${application}/${service}/${location}`;
        edge(
          graph,
          'Placed',
          id,
          keyOf('Service', `${application}/${service}`),
          keyOf('Location', location),
          {
            replicas,
          },
        );
      }
    }
  }
}
