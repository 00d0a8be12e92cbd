import { expect, it } from 'vitest';
import { type LinkFact, mergeLinks } from './links.ts';

const ENDS = new Set(['a', 'b', 'router']);

function fact(origin: LinkFact['origin'], figures: Partial<LinkFact>): LinkFact {
  return { from: 'a', to: 'b', origin, ...figures };
}

it.each<[string, LinkFact[], object[]]>([
  [
    'a measured value beats the declared one for delay and loss, and the declared one rules for bandwidth and price',
    [
      fact('Declared', { delayMs: 5, loss: 0.1, bandwidthMbps: 100, usdPerGB: 0.02 }),
      fact('Measured', { delayMs: 9, loss: 0.01, bandwidthMbps: 900, usdPerGB: 1 }),
    ],
    [
      {
        from: 'a',
        to: 'b',
        bidirectional: false,
        delayMs: 9,
        loss: 0.01,
        bandwidthMbps: 100,
        usdPerGB: 0.02,
      },
    ],
  ],
  [
    'what one side does not know the other one fills in',
    [fact('Declared', { bandwidthMbps: 100 }), fact('Measured', { delayMs: 9, jitterMs: 1 })],
    [{ from: 'a', to: 'b', bidirectional: false, delayMs: 9, jitterMs: 1, bandwidthMbps: 100 }],
  ],
  [
    'of two declared statements the more careful one counts',
    [
      fact('Declared', { delayMs: 5, bandwidthMbps: 10 }),
      fact('Declared', { delayMs: 7, bandwidthMbps: 90 }),
    ],
    [{ from: 'a', to: 'b', bidirectional: false, delayMs: 7, bandwidthMbps: 10 }],
  ],
  ['a link without a known delay is no link', [fact('Declared', { bandwidthMbps: 100 })], []],
  [
    'an end that is neither cluster nor network node is left out',
    [fact('Declared', { to: 'mars', delayMs: 1 })],
    [],
  ],
  ['a link to itself is left out', [fact('Declared', { to: 'a', delayMs: 1 })], []],
  [
    'the two directions are two links',
    [fact('Declared', { from: 'b', to: 'a', delayMs: 2 }), fact('Declared', { delayMs: 1 })],
    [
      { from: 'a', to: 'b', bidirectional: false, delayMs: 1 },
      { from: 'b', to: 'a', bidirectional: false, delayMs: 2 },
    ],
  ],
])('%s', (_name, facts, links) => {
  expect(mergeLinks(facts, ENDS)).toEqual(links);
});
