import { type AssignmentPlan, planName } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { keyOf, keyString } from '../../api/meta.ts';
import type { CacheEvent } from '../../runtime/informer.ts';

/**
 * Plans as the server answered their writes, until the cache has caught up, after kube-scheduler's assumed
 * Pods. Without them the next round would read a cache from before the last one, and hand out the same
 * capacity twice.
 */
export class AssumedPlans {
  readonly #plans = new Map<string, AssignmentPlan>();

  assume(plan: AssignmentPlan): void {
    this.#plans.set(keyString(keyOf(plan)), plan);
  }

  /** To be called with every event of the cache. True when it tells no more than was assumed already. */
  observe({ key, new: plan }: CacheEvent<AssignmentPlan>): boolean {
    const id = keyString(key);
    const assumed = this.#plans.get(id);
    if (assumed && (plan === undefined || !isOlder(plan, assumed))) this.#plans.delete(id);
    return assumed !== undefined && plan?.metadata.resourceVersion === assumed.metadata.resourceVersion;
  }

  /** The write of an app's plan was refused: whatever was assumed is out of date. */
  forget(namespace: string, app: string): void {
    this.#plans.delete(keyString({ namespace, name: planName(app) }));
  }

  /** The plans of the cache, with the assumed ones in place of older ones. */
  over(cached: readonly AssignmentPlan[]): AssignmentPlan[] {
    if (this.#plans.size === 0) return [...cached];
    const plans = new Map(cached.map((plan) => [keyString(keyOf(plan)), plan]));
    for (const [id, plan] of this.#plans) plans.set(id, plan);
    return [...plans.values()];
  }
}

/** Resource versions of one kind grow and compare as integers (KEP-5504). Another object is never older. */
function isOlder(plan: AssignmentPlan, than: AssignmentPlan): boolean {
  if (plan.metadata.uid !== than.metadata.uid) return false;
  return BigInt(plan.metadata.resourceVersion ?? '0') < BigInt(than.metadata.resourceVersion ?? '0');
}
