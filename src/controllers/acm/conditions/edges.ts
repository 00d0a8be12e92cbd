import type { ConditionDraft } from '../../../api/conditions.ts';
import { NAMED, type ReportInput } from './reportinput.ts';

/** EdgesSatisfied, and `met/all` for the printer column: channels by the delay that the plan predicts. */
export function edgesOf({ plan, app, decidedSpec }: ReportInput): {
  text: string;
  condition: ConditionDraft;
} {
  const type = 'EdgesSatisfied';
  const total = (decidedSpec ?? app.spec)['codecoapp-msspec'].reduce(
    (sum, { serviceChannels }) => sum + (serviceChannels?.length ?? 0),
    0,
  );
  const channels = plan?.spec.decision?.channels;
  if (!channels)
    return {
      text: `0/${total}`,
      condition: { type, status: 'Unknown', reason: 'NoDecision', message: 'nothing is decided yet' },
    };
  const broken = channels.filter(
    ({ delayMilliseconds, maxDelayMilliseconds }) =>
      delayMilliseconds !== undefined &&
      maxDelayMilliseconds !== undefined &&
      delayMilliseconds > maxDelayMilliseconds,
  );
  const text = `${channels.length - broken.length}/${total}`;
  const words = broken
    .map(
      ({ channel, serviceClass, delayMilliseconds, maxDelayMilliseconds }) =>
        `channel ${channel} (${serviceClass}): ${delayMilliseconds} ms of ${maxDelayMilliseconds} ms`,
    )
    .slice(0, NAMED)
    .join('; ');
  return { text, condition: { type, ...verdict() } };

  function verdict(): Omit<ConditionDraft, 'type'> {
    if (broken.some(({ serviceClass }) => serviceClass === 'ASSURED'))
      return { status: 'False', reason: 'AssuredEdgeViolated', message: words };
    if (broken.length > 0)
      return {
        status: 'True',
        reason: 'PreferencesMissed',
        message: `every ASSURED edge holds; missed are ${words}`,
      };
    return {
      status: 'True',
      reason: 'AllEdgesHold',
      message:
        total === 0
          ? 'the application has no channels'
          : 'every channel is within its limits, by the declared or measured links',
    };
  }
}
