import type { Flat } from './attributes.ts';
import type { ProblemGraph } from './problemgraph.ts';

const TYPES = { string: 'string', number: 'double', boolean: 'boolean' } as const;

/** GraphML of a graph whose attributes are plain values; the package for it only reads. */
export function graphmlText(graph: ProblemGraph): string {
  const nodes = graph.nodes().map((key) => ({ key, attributes: graph.getNodeAttributes(key) }));
  const edges = graph.edges().map((key) => ({
    key,
    attributes: graph.getEdgeAttributes(key),
    ends: `source="${escaped(graph.source(key))}" target="${escaped(graph.target(key))}"`,
  }));
  const nodeKeys = keysOf(nodes.map(({ attributes }) => attributes));
  const edgeKeys = keysOf(edges.map(({ attributes }) => attributes));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...declarations('node', nodeKeys),
    ...declarations('edge', edgeKeys),
    '  <graph edgedefault="directed">',
    ...nodes.flatMap(({ key, attributes }) => [
      `    <node id="${escaped(key)}">`,
      ...data('node', nodeKeys, attributes),
      '    </node>',
    ]),
    ...edges.flatMap(({ key, attributes, ends }) => [
      `    <edge id="${escaped(key)}" ${ends}>`,
      ...data('edge', edgeKeys, attributes),
      '    </edge>',
    ]),
    '  </graph>',
    '</graphml>',
    '',
  ].join('\n');
}

/** Names in the order in which they first occur, with the type of their first value. */
function keysOf(all: readonly Flat[]): Map<string, keyof typeof TYPES> {
  const keys = new Map<string, keyof typeof TYPES>();
  for (const attributes of all) {
    for (const [name, value] of Object.entries(attributes)) {
      if (!keys.has(name)) keys.set(name, typeof value as keyof typeof TYPES);
    }
  }
  return keys;
}

function declarations(domain: 'node' | 'edge', keys: ReadonlyMap<string, keyof typeof TYPES>): string[] {
  return [...keys].map(
    ([name, type], at) =>
      `  <key id="${domain[0]}${at}" for="${domain}" attr.name="${escaped(name)}" attr.type="${TYPES[type]}"/>`,
  );
}

function data(domain: 'node' | 'edge', keys: ReadonlyMap<string, unknown>, attributes: Flat): string[] {
  const ids = new Map([...keys.keys()].map((name, at) => [name, `${domain[0]}${at}`]));
  return Object.entries(attributes).map(
    ([name, value]) => `      <data key="${ids.get(name)}">${escaped(String(value))}</data>`,
  );
}

function escaped(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\n/g, '&#10;');
}
