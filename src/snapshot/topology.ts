import { readDelay } from '../api/duration.ts';
import { tryParseQuantity } from '../api/quantity.ts';
import type { LinkFact } from './links.ts';
import { compareText, sortedBy } from './order.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * What the NetworkTopology objects say. In the namespace of a managed cluster they are measured, from that
 * cluster; in the namespaces given to SWM they are declared; anywhere else they are a tenant's and do not
 * count. What is past its validity is not known any more.
 */
export function linkFacts(
  snapshot: Pick<Snapshot, 'topologies' | 'topologyNamespaces' | 'now'>,
  clusters: ReadonlySet<string>,
): { facts: LinkFact[]; nodes: string[] } {
  const facts: LinkFact[] = [];
  const nodes = new Set<string>();
  const objects = sortedBy(
    snapshot.topologies,
    ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`,
  );
  for (const { metadata, spec } of objects) {
    const namespace = metadata.namespace ?? '';
    const declared = snapshot.topologyNamespaces.includes(namespace);
    if (!declared && !clusters.has(namespace)) continue;
    if (declared) for (const node of spec.nodes ?? []) if (!clusters.has(node)) nodes.add(node);
    for (const link of spec.links ?? []) {
      if (link.validUntil !== undefined && Date.parse(link.validUntil) < snapshot.now) continue;
      // A cluster speaks only of links that end in it.
      const from = declared ? link.from : namespace;
      if (from === undefined) continue;
      const fact = toFact(link, from, declared ? 'Declared' : 'Measured');
      facts.push(fact);
      if (link.bidirectional === true) facts.push({ ...fact, from: fact.to, to: fact.from });
    }
  }
  return { facts, nodes: [...nodes].sort(compareText) };
}

type Link = NonNullable<Snapshot['topologies'][number]['spec']['links']>[number];

function toFact(link: Link, from: string, origin: LinkFact['origin']): LinkFact {
  const fact: LinkFact = { from, to: link.to, origin };
  const delayMs = milliseconds(link.delay);
  const jitterMs = milliseconds(link.jitter);
  const bandwidth = link.bandwidth === undefined ? undefined : tryParseQuantity(link.bandwidth);
  if (delayMs !== undefined) fact.delayMs = delayMs;
  if (jitterMs !== undefined) fact.jitterMs = jitterMs;
  if (link.loss !== undefined) fact.loss = link.loss;
  if (bandwidth !== undefined) fact.bandwidthMbps = bandwidth / 1e6;
  if (link.usdPerGB !== undefined) fact.usdPerGB = link.usdPerGB;
  if (link.kWhPerGB !== undefined) fact.kWhPerGB = link.kWhPerGB;
  return fact;
}

function milliseconds(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const reading = readDelay(value);
  return 'seconds' in reading ? reading.seconds * 1000 : undefined;
}
