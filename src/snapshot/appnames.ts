import { keyString } from '../api/meta.ts';
import type { AppState } from './appstate.ts';
import { sortedBy } from './order.ts';

/** Id of the app of a namespace that goes by an appName. */
export type AppByName = (namespace: string, appName: string) => string | undefined;

/** Of two apps of one appName the older keeps it, as for rendered names. */
export function appsByName(states: ReadonlyMap<string, AppState>): AppByName {
  const names = new Map<string, string>();
  const age = ({ head, id }: AppState) => `${head.metadata.creationTimestamp ?? '~'} ${id}`;
  for (const state of sortedBy([...states.values()], age)) {
    const model = state.accepted ?? state.decided;
    const key = keyString({ namespace: state.namespace, name: model?.spec.appName ?? state.name });
    if (!names.has(key)) names.set(key, state.id);
  }
  return (namespace, appName) => names.get(keyString({ namespace, name: appName }));
}
