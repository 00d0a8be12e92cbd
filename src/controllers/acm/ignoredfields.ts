import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConditionDraft } from '../../api/conditions.ts';
import { LAST_APPLIED_ANNOTATION } from '../../api/labels.ts';
import { nearest } from '../../api/nearest.ts';

/** Fields named in the condition. */
const NAMED = 5;

/**
 * Fields that kubectl sent and the API server pruned, because the client asked for no validation: compares
 * what was applied last with what is there. Undefined when nothing was lost.
 */
export function ignoredFields(app: CodecoApp): ConditionDraft | undefined {
  const text = app.metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  if (text === undefined) return undefined;
  let sent: unknown;
  try {
    sent = (JSON.parse(text) as { spec?: unknown }).spec;
  } catch {
    return undefined;
  }
  const lost = lostPaths(sent, app.spec, 'spec');
  if (lost.length === 0) return undefined;
  const known = fieldNames();
  const words = lost.slice(0, NAMED).map((path) => {
    const near = nearest(path.slice(path.lastIndexOf('.') + 1), known);
    return `${path}${near === undefined ? '' : ` (did you mean ${near}?)`}`;
  });
  return {
    type: 'FieldsIgnored',
    status: 'True',
    reason: 'UnknownFields',
    message: `these fields do not exist and were dropped: ${words.join(', ')}${lost.length > NAMED ? `, and ${lost.length - NAMED} more` : ''}. Next: kubectl apply --validate=strict, or codeco validate -f FILE`,
  };
}

function lostPaths(sent: unknown, kept: unknown, path: string): string[] {
  if (Array.isArray(sent)) {
    return sent.flatMap((item, index) =>
      lostPaths(item, Array.isArray(kept) ? kept[index] : undefined, `${path}[${index}]`),
    );
  }
  if (typeof sent !== 'object' || sent === null) return [];
  return Object.entries(sent).flatMap(([key, value]) => {
    const there =
      typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>)[key] : undefined;
    // The server leaves out what is null.
    if (value === null) return [];
    return there === undefined ? [`${path}.${key}`] : lostPaths(value, there, `${path}.${key}`);
  });
}

/** Names of the fields of the model, at every depth that has a schema of ours. */
function fieldNames(): string[] {
  const names = new Set<string>();
  const walk = (schema: unknown): void => {
    const def = (schema as { def?: Record<string, unknown> } | undefined)?.def;
    if (!def) return;
    if (def['type'] === 'object') {
      for (const [name, each] of Object.entries(def['shape'] as Record<string, unknown>)) {
        names.add(name);
        walk(each);
      }
    }
    walk(def['innerType']);
    walk(def['element']);
  };
  walk(CodecoAppSpec);
  return [...names];
}
