import { describe, expect, it } from 'vitest';
import { aDecision } from '../../../test/support/appstate.ts';
import { shortenedEvidence } from './evidence.ts';

function decisionWith(services: number, ruledOut: number) {
  const decision = aDecision();
  const reasons = Array.from({ length: services }, (_, index) => ({
    service: `s${index}`,
    next: 'c2',
    ruledOut: Array.from({ length: ruledOut }, (_each, cluster) => ({
      cluster: `c${cluster}`,
      rule: 'Delay',
      message: 'm'.repeat(100),
    })),
  }));
  return { ...decision, evidence: { ...decision.evidence, reasons, notes: ['n'] } };
}

describe('shortenedEvidence', () => {
  it('leaves evidence alone that fits', () => {
    const decision = decisionWith(3, 5);
    expect(shortenedEvidence(decision)).toBe(decision.evidence);
  });

  it('cuts the ruled-out clusters of each service first, and says so', () => {
    const evidence = shortenedEvidence(decisionWith(100, 16), 100_000);
    expect(evidence.reasons).toHaveLength(100);
    expect(evidence.reasons[0]?.ruledOut).toHaveLength(3);
    expect(evidence.shortened).toEqual(['ruled-out clusters beyond 3 per service']);
  });

  it('goes on in order until it fits', () => {
    const evidence = shortenedEvidence(decisionWith(400, 16), 5_000);
    expect(evidence.reasons).toEqual([]);
    expect(evidence.notes).toEqual(['n']);
    expect(evidence.shortened).toEqual([
      'ruled-out clusters beyond 3 per service',
      'ruled-out clusters',
      'reasons per service',
    ]);
  });

  it('keeps every word that replays the decision, however small the limit', () => {
    const evidence = shortenedEvidence(decisionWith(400, 16), 1);
    expect(evidence).toMatchObject({ inputHash: 'h', engine: 'small', seed: 1, work: 10 });
  });
});
