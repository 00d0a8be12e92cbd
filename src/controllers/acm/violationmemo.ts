import type { FederationFacts } from './federationfacts.ts';
import type { Violation } from './violations.ts';

/**
 * Keeps what was found about each decision: an app is reconciled many times while its Pods start, and a
 * decision's violations change only with the decision or with the facts of the federation.
 */
export class ViolationMemo {
  readonly #found = new Map<string, { facts: FederationFacts; decision: string; violations: Violation[] }>();

  /** As found before for this app, decision and federation; else as `find` says. */
  of(uid: string, decision: string, facts: FederationFacts, find: () => Violation[]): Violation[] {
    const known = this.#found.get(uid);
    if (known?.facts === facts && known.decision === decision) return known.violations;
    const violations = find();
    this.#found.set(uid, { facts, decision, violations });
    return violations;
  }

  forget(uid: string): void {
    this.#found.delete(uid);
  }
}
