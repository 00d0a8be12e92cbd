import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { kindSchemas } from '../../api/codeco/v1alpha1/schemas.ts';
import { type JsonSchema, judgeStructure } from '../../api/codeco/v1alpha1/validation/structure.ts';
import type { ConditionDraft } from '../../api/conditions.ts';
import { LAST_APPLIED_ANNOTATION } from '../../api/labels.ts';

/** Fields named in the condition. */
const NAMED = 5;

let modelSchema: JsonSchema | undefined;

/**
 * Fields that kubectl sent and the API server pruned, because the client asked for no validation: those of
 * what was applied last that the schema does not know, each with the nearest name at its place. Undefined when
 * nothing was lost.
 */
export function ignoredFields(app: CodecoApp): ConditionDraft | undefined {
  const sent = sentBy(app);
  if (sent === undefined) return undefined;
  const lost = new Set(lostPaths(sent, app.spec, 'spec'));
  if (lost.size === 0) return undefined;
  modelSchema ??= kindSchemas().get('CodecoApp')?.spec ?? {};
  // What an edit took away later is lost as well, and known.
  const unknown = judgeStructure(sent, modelSchema, 'spec').unknown.filter(({ path }) => lost.has(path));
  if (unknown.length === 0) return undefined;
  const words = unknown
    .slice(0, NAMED)
    .map(({ path, nearest }) => `${path}${nearest === undefined ? '' : ` (did you mean ${nearest}?)`}`);
  const more = unknown.length > NAMED ? `, and ${unknown.length - NAMED} more` : '';
  return {
    type: 'FieldsIgnored',
    status: 'True',
    reason: 'UnknownFields',
    message: `these fields do not exist and were dropped: ${words.join(', ')}${more}. Next: kubectl apply --validate=strict, or codeco validate -f FILE`,
  };
}

/** The spec as kubectl keeps it. */
function sentBy({ metadata }: CodecoApp): unknown {
  const text = metadata.annotations?.[LAST_APPLIED_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as { spec?: unknown }).spec;
  } catch {
    return undefined;
  }
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
