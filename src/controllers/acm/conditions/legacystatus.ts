import type { CodecoAppStatus } from '../../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConditionDraft } from '../../../api/conditions.ts';
import type { PlaceState } from '../running.ts';

/** Services and clusters named in status; the plan has them all. */
export const SERVICES_SHOWN = 100;

/** The status keys of CODECO itself, for scripts that read them. Nodes belong to clusters: left empty. */
export function legacyStatus(
  places: readonly PlaceState[],
  ready: ConditionDraft,
  available: ConditionDraft,
  drafts: readonly ConditionDraft[],
): Pick<CodecoAppStatus, 'status' | 'errorMsg' | 'appMetrics' | 'nodeMetrics'> {
  const running = places.filter(({ state }) => state !== undefined);
  const wrong = drafts.find(({ status }) => status === 'False');
  return {
    status: ready.status === 'True' ? 'OK' : available.status === 'True' ? 'Warning' : 'Error',
    errorMsg: ready.status === 'True' ? '' : (wrong?.message ?? ready.message),
    appMetrics: {
      numPods: running.reduce((sum, { state }) => sum + (state?.serving ?? 0), 0),
      serviceMetrics: running.slice(0, SERVICES_SHOWN).map(({ service, cluster }) => ({
        serviceName: service,
        clusterName: cluster,
        nodeName: '',
        podName: '',
      })),
    },
    nodeMetrics: [...new Set(running.map(({ cluster }) => cluster))]
      .sort()
      .slice(0, SERVICES_SHOWN)
      .map((nodeName) => ({ nodeName })),
  };
}
