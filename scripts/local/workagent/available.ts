import type { ConditionDraft } from '../../../src/api/conditions.ts';
import { textOf } from './errortext.ts';
import type { Manifest } from './manifest.ts';

/** What a look at the managed cluster gave. */
export type Look = { live: Manifest | undefined } | { error: unknown } | { unresolved: true };

/** Available says that the object exists, and nothing about its health. */
export function availableOf(look: Look): ConditionDraft {
  if ('unresolved' in look) {
    return draft('Unknown', 'IncompleteResourceMeta', 'Resource meta is incomplete');
  }
  if ('error' in look) {
    return draft('Unknown', 'FetchingResourceFailed', `Failed to fetch resource: ${textOf(look.error)}`);
  }
  return look.live
    ? draft('True', 'ResourceAvailable', 'Resource is available')
    : draft('False', 'ResourceNotAvailable', 'Resource is not available');
}

function draft(status: ConditionDraft['status'], reason: string, message: string): ConditionDraft {
  return { type: 'Available', status, reason, message };
}
