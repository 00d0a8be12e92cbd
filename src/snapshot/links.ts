import type { Link } from '../engine/problem.ts';
import { compareText } from './order.ts';

/** One directed statement about a piece of network, in engine units. What is not known is absent. */
export interface LinkFact {
  from: string;
  to: string;
  origin: 'Declared' | 'Measured';
  delayMs?: number;
  jitterMs?: number;
  loss?: number;
  bandwidthMbps?: number;
  usdPerGB?: number;
  kWhPerGB?: number;
}

const MEASURED_FIRST = ['delayMs', 'jitterMs', 'loss'] as const;
const DECLARED_FIRST = ['bandwidthMbps', 'usdPerGB', 'kWhPerGB'] as const;

/**
 * One link per ordered pair. A measured value beats a declared one for delay, jitter and loss; the declared
 * one rules for bandwidth, price and energy, which are agreed and not observed. Of two statements of one
 * origin the more careful counts: more delay, loss and price, less bandwidth. Pairs whose delay nobody
 * knows are left out.
 */
export function mergeLinks(facts: readonly LinkFact[], ends: ReadonlySet<string>): Link[] {
  const known = facts.filter(({ from, to }) => from !== to && ends.has(from) && ends.has(to));
  const pairs = Map.groupBy(known, ({ from, to }) => `${from}\n${to}`);
  const links: Link[] = [];
  for (const statements of pairs.values()) {
    const { from, to } = statements[0] as LinkFact;
    const declared = careful(statements.filter(({ origin }) => origin === 'Declared'));
    const measured = careful(statements.filter(({ origin }) => origin === 'Measured'));
    const link: Partial<Link> = {};
    for (const key of MEASURED_FIRST) assign(link, key, measured[key] ?? declared[key]);
    for (const key of DECLARED_FIRST) assign(link, key, declared[key] ?? measured[key]);
    const { delayMs } = link;
    if (delayMs !== undefined) links.push({ ...link, from, to, delayMs, bidirectional: false });
  }
  return links.sort((a, b) => compareText(a.from, b.from) || compareText(a.to, b.to));
}

type Figures = Omit<LinkFact, 'from' | 'to' | 'origin'>;

function careful(facts: readonly LinkFact[]): Figures {
  const figures: Figures = {};
  for (const key of [...MEASURED_FIRST, ...DECLARED_FIRST]) {
    const values = facts.map((fact) => fact[key]).filter((value) => value !== undefined);
    if (values.length === 0) continue;
    figures[key] = key === 'bandwidthMbps' ? Math.min(...values) : Math.max(...values);
  }
  return figures;
}

function assign(link: Partial<Link>, key: keyof Figures, value: number | undefined): void {
  if (value !== undefined) link[key] = value;
}
