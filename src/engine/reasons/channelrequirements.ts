import type { Application, Channel } from '../problem.ts';
import type { Draft, Requirement } from './requirement.ts';
import { figure } from './words.ts';

/**
 * What a channel asks for when it is ASSURED: bandwidth, a delay, and with either or none of them a path.
 *
 * @param owner whose channel it is: the application itself, or one that calls it
 */
export function channelRequirements(
  app: Application,
  owner: Application,
  channel: Channel,
): { bandwidth: Requirement[]; reach: Requirement[] } {
  const { id, from, to, class: of, maxDelayMs, bandwidthMbps } = channel;
  if (of !== 'ASSURED') return { bandwidth: [], reach: [] };
  const own = owner.id === app.id;
  const key = channelKey(app, owner, channel);
  const named = `(channel ${id}${own ? '' : ` of ${owner.id}`}, ASSURED)`;
  const base = { service: own ? from : to.service, channel: id };
  const draftOf = (draft: Draft) => ownersOf(draft).get(key)!;
  const bandwidth: Requirement = {
    ...base,
    key: `Bandwidth:${key}`,
    rule: 'Bandwidth',
    message: `${own ? from : to.service} needs ${figure(bandwidthMbps ?? 0)} Mbit/s ${named}`,
    drop: (draft) => {
      delete draftOf(draft).bandwidthMbps;
    },
    figure: {
      value: bandwidthMbps ?? 0,
      set: (draft, value) => {
        draftOf(draft).bandwidthMbps = value;
      },
    },
  };
  const path: Requirement = {
    ...base,
    key: `Path:${key}`,
    rule: 'Path',
    message: own
      ? `${from} needs a known path to ${to.service} ${named}`
      : `${to.service} needs a known path from ${from} ${named}`,
    drop: ({ pathless }) => pathless.add(key),
  };
  const within = (here: string, there: string) =>
    `${here} must be within ${figure(maxDelayMs ?? 0)} ms of ${there} ${named}`;
  const delay: Requirement = {
    ...base,
    key: `Delay:${key}`,
    rule: 'Delay',
    message: own ? within(from, to.service) : within(to.service, from),
    ...(own && to.application === undefined
      ? { peer: { service: to.service, message: within(to.service, from) } }
      : {}),
    drop: (draft) => {
      delete draftOf(draft).maxDelayMs;
    },
    figure: {
      value: maxDelayMs ?? 0,
      set: (draft, value) => {
        draftOf(draft).maxDelayMs = value;
      },
    },
  };
  return {
    bandwidth: bandwidthMbps ? [bandwidth] : [],
    reach: maxDelayMs === undefined ? [path] : [delay, path],
  };
}

/** Unique among the channels of an application and those that lead to it. */
export function channelKey(app: Application, owner: Application, { id }: Channel): string {
  return owner.id === app.id ? id : `${owner.id}/${id}`;
}

/** Channels of the applications of a draft by their keys. */
export function ownersOf({ app, callers }: Pick<Draft, 'app' | 'callers'>): Map<string, Channel> {
  return new Map(
    [app, ...callers].flatMap((owner) =>
      owner.channels.map((channel) => [channelKey(app, owner, channel), channel] as const),
    ),
  );
}
