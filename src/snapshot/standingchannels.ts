import type { ServiceChannel } from '../api/codeco/v1alpha1/codecoapp.ts';
import { DurationError } from '../api/duration.ts';
import { QuantityError } from '../api/quantity.ts';
import type { Share } from '../engine/problem.ts';
import type { AppByName } from './appnames.ts';
import { type AppState, runningShares } from './appstate.ts';
import { sortedBy } from './order.ts';
import { perObject } from './perobject.ts';
import type { AppRevision } from './revision.ts';
import { type ChannelFigures, channelFigures } from './traffic.ts';

/** An ASSURED channel of an app that has its place: it holds, and what it reserves is taken. */
export interface StandingChannel {
  app: AppState;
  /** channelName. */
  name: string;
  from: string;
  /** Where the caller is. */
  callers: readonly Share[];
  to: { application: string; service: string };
  figures: ChannelFigures;
}

/**
 * The ASSURED channels of all apps that have their place and are not decided now, by the models that they
 * were decided from. In order of app and channel.
 */
export function standingChannels(
  states: ReadonlyMap<string, AppState>,
  solved: ReadonlySet<string>,
  byName: AppByName,
  locations: ReadonlySet<string>,
): StandingChannel[] {
  return [...states.values()].flatMap((app): StandingChannel[] => {
    const { decided } = app;
    if (decided === undefined || solved.has(app.id)) return [];
    const services = decided.spec['codecoapp-msspec'];
    if (!hasAssured(decided)) return [];
    const shares = runningShares(app);
    return services.flatMap(({ serviceName, serviceChannels = [] }) =>
      sortedBy(serviceChannels.filter(isAssured), ({ channelName }) => channelName).flatMap((channel) => {
        const { appName, serviceName: service } = channel.otherService;
        const own = appName === undefined || appName === '' || appName === (decided.spec.appName ?? app.name);
        const application = own ? app.id : byName(app.namespace, appName);
        const figures = readable(channel);
        const callers = (shares.get(serviceName) ?? []).filter(({ location }) => locations.has(location));
        if (application === undefined || figures === undefined || callers.length === 0) return [];
        return [
          {
            app,
            name: channel.channelName,
            from: serviceName,
            callers,
            to: { application, service },
            figures,
          },
        ];
      }),
    );
  });
}

const hasAssured = perObject(({ spec }: AppRevision) =>
  spec['codecoapp-msspec'].some(({ serviceChannels }) => serviceChannels?.some(isAssured) === true),
);

function isAssured({ serviceClass }: ServiceChannel): boolean {
  return serviceClass === 'ASSURED';
}

/** Undefined for figures that ACM should have refused: such a channel reserves nothing. */
function readable(channel: ServiceChannel): ChannelFigures | undefined {
  try {
    return channelFigures(channel);
  } catch (error) {
    if (error instanceof QuantityError || error instanceof DurationError) return undefined;
    throw error;
  }
}
