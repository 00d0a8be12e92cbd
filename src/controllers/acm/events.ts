import type { EventDraft } from '../../runtime/recorder.ts';

/** Every event that ACM writes about a CodecoApp, one function each. */

export function modelAccepted(revision: string): EventDraft {
  return {
    type: 'Normal',
    reason: 'ModelAccepted',
    action: 'TakeIn',
    message: `the model is valid and kept as ${revision}`,
  };
}

export function modelRefused(message: string): EventDraft {
  return { type: 'Warning', reason: 'ModelRefused', action: 'TakeIn', message };
}

export function workCorrected(cluster: string, work: string): EventDraft {
  return {
    type: 'Warning',
    reason: 'WorkCorrected',
    action: 'Distribute',
    message: `ManifestWork ${work} in namespace ${cluster} was changed or deleted by someone else and is put right`,
  };
}

export function appTooLarge(): EventDraft {
  return {
    type: 'Warning',
    reason: 'ApplicationTooLarge',
    action: 'Report',
    message:
      'the application fills all that the hub stores of one object: nothing is done about it, for no finalizer and no status fit beside its spec. Next: divide it, or move long texts into ConfigMaps',
  };
}

export function clustersLeft(clusters: readonly string[]): EventDraft {
  return {
    type: 'Warning',
    reason: 'ClustersLeft',
    action: 'Delete',
    message: `no longer waited for: ${clusters.join(', ')}; the application may still run there`,
  };
}
