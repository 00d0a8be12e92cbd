import type { ConditionDraft } from '../../../../src/api/conditions.ts';
import type { FeedbackRule, FeedbackValue } from '../../../../src/api/ocm/manifestwork.ts';
import { textOf } from '../errortext.ts';
import type { Manifest, Target } from '../manifest.ts';
import { type JsonPath, parseJsonPath } from './jsonpath.ts';
import { type NamedPath, wellKnownPaths } from './wellknown.ts';

/** What goes to the hub for one object. */
export interface Feedback {
  values: FeedbackValue[];
  /** StatusFeedbackSynced; undefined until the object was looked at. */
  condition: ConditionDraft | undefined;
}

const SYNCED_NOTHING: ConditionDraft = {
  type: 'StatusFeedbackSynced',
  status: 'True',
  reason: 'NoStatusFeedbackSynced',
  message: '',
};

const parsed = new Map<string, JsonPath>();

/**
 * The values that the rules ask for. A value that cannot be delivered (a float, a list, a broken path)
 * turns the condition False and takes no other value with it; a field that is not there gives no value
 * and is no error. Of several rules for one name the first one counts.
 */
export function feedbackOf(rules: readonly FeedbackRule[], target: Target, live: Manifest): Feedback {
  if (rules.length === 0) return { values: [], condition: SYNCED_NOTHING };
  const values = new Map<string, FeedbackValue>();
  const errors: string[] = [];
  for (const { name, path, version } of rules.flatMap((rule) => pathsOf(rule, target, errors))) {
    try {
      if (version && version !== target.resource.version) {
        throw new Error(`version set in the path ${name} is not matched for the related resource`);
      }
      const value = pathFor(path).first(live);
      if (value === undefined || value === null || values.has(name)) continue;
      values.set(name, { name, fieldValue: fieldValueOf(name, value) });
    } catch (error) {
      errors.push(textOf(error));
    }
  }
  return {
    values: [...values.values()],
    condition:
      errors.length === 0
        ? { type: 'StatusFeedbackSynced', status: 'True', reason: 'StatusFeedbackSynced', message: '' }
        : {
            type: 'StatusFeedbackSynced',
            status: 'False',
            reason: 'StatusFeedbackSyncFailed',
            message: `Sync status feedback failed with error ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}`,
          },
  };
}

function pathsOf(rule: FeedbackRule, target: Target, errors: string[]): readonly NamedPath[] {
  if (rule.type === 'JSONPaths') return (rule.jsonPaths ?? []) as readonly NamedPath[];
  const paths = wellKnownPaths(target.resource);
  if (paths) return paths;
  errors.push(`cannot find the wellknown statuses for resource with gvk ${describe(target)}`);
  return [];
}

function describe({ resource }: Target): string {
  return `${resource.group === '' ? '' : `${resource.group}/`}${resource.version}, Kind=${resource.kind}`;
}

/** Paths come from few works and many polls. */
function pathFor(text: string): JsonPath {
  const known = parsed.get(text);
  if (known) return known;
  const fresh = parseJsonPath(text);
  // Works come and go: a bound keeps the memory of a long-lived agent flat.
  if (parsed.size > 10_000) parsed.clear();
  parsed.set(text, fresh);
  return fresh;
}

function fieldValueOf(name: string, value: unknown): FeedbackValue['fieldValue'] {
  if (typeof value === 'string') return { type: 'String', string: value };
  if (typeof value === 'boolean') return { type: 'Boolean', boolean: value };
  if (typeof value === 'number' && Number.isSafeInteger(value)) return { type: 'Integer', integer: value };
  throw new Error(`the type ${goTypeOf(value)} of the value for ${name} is not found`);
}

/** The names that Go gives to what does not fit, as OCM's agent reports them. */
function goTypeOf(value: unknown): string {
  if (typeof value === 'number') return 'float64';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
