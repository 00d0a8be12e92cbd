import type { ConditionDraft } from '../../../api/conditions.ts';
import { isReady } from '../running.ts';
import { firstOf, type ReportInput } from './reportinput.ts';

/** Migrating: a service that runs on a cluster which its decision no longer names. There while it goes on. */
export function migratingCondition({ places, decidedSpec }: ReportInput): ConditionDraft | undefined {
  const services = new Set(decidedSpec?.['codecoapp-msspec'].map(({ serviceName }) => serviceName));
  const leaving = places.filter(
    ({ wanted, state, service }) => wanted === 0 && state !== undefined && services.has(service),
  );
  if (leaving.length === 0) return undefined;
  const moves = leaving.map(({ service, cluster }) => {
    const to = places.filter((place) => place.service === service && place.wanted > 0);
    const states = to.map((place) => `${place.cluster} (${isReady(place) ? 'ready' : 'not ready yet'})`);
    return `${service} leaves ${cluster} for ${states.join(', ')}`;
  });
  return { type: 'Migrating', status: 'True', reason: 'OldCopiesLeft', message: firstOf(moves) };
}
