import type { ConditionRule, FeedbackRule, ManifestConfig } from '../../../src/api/ocm/manifestwork.ts';
import type { Target } from './manifest.ts';

type UpdateStrategy = NonNullable<ManifestConfig['updateStrategy']>;

/** What a work's manifestConfigs say about one object. */
export interface EffectiveConfig {
  strategy: UpdateStrategy;
  feedbackRules: readonly FeedbackRule[];
  conditionRules: readonly ConditionRule[];
  scrape: 'Poll' | 'Watch';
}

/**
 * Several configs can match one object: the first non-empty feedback rules, condition rules and update strategy win,
 * of the scrape types the last one.
 */
export function configFor(configs: readonly ManifestConfig[] | undefined, target: Target): EffectiveConfig {
  const matching = (configs ?? []).filter(({ resourceIdentifier: id }) => {
    const { resource, key } = target;
    return (
      (id.group ?? '') === resource.group &&
      id.resource === resource.plural &&
      matches(id.name, key.name) &&
      matches(id.namespace ?? '', key.namespace)
    );
  });
  return {
    strategy: matching.find((config) => config.updateStrategy)?.updateStrategy ?? { type: 'Update' },
    feedbackRules: matching.find((config) => config.feedbackRules?.length)?.feedbackRules ?? [],
    conditionRules: matching.find((config) => config.conditionRules?.length)?.conditionRules ?? [],
    scrape: matching.findLast((config) => config.feedbackScrapeType)?.feedbackScrapeType ?? 'Poll',
  };
}

/** `*` stands for any text, also inside a name. */
function matches(pattern: string, value: string): boolean {
  if (!pattern.includes('*')) return pattern === value;
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  let from = first.length;
  for (const part of rest) {
    const at = value.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return from <= value.length - last.length;
}
