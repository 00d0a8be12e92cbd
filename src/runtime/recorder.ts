import type { KubeObject } from '../api/meta.ts';

/** An event as a value (core/v1 or events.k8s.io): built by one function each in a controller's `events.ts`. */
export interface EventDraft {
  type: 'Normal' | 'Warning';
  /** UpperCamelCase, from the controller's closed list. */
  reason: string;
  /** What the controller was doing, UpperCamelCase verb. */
  action: string;
  message: string;
  /** Repeats with the same key within the window are dropped. Defaults to reason and message. */
  dedupeKey?: string;
}

export interface Recorder {
  /** Never throws and never waits; drops repeats, and limits the rate per object. */
  event(regarding: KubeObject, draft: EventDraft): void;
}
