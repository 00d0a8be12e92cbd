import type { Application, Dataset, Service } from '../problem.ts';
import type { Rule } from '../vocabulary.ts';

/** One thing that an application asks for, which can be left out to see whether the rest can be met. */
export interface Requirement {
  /** Unique within the application. */
  key: string;
  rule: Rule;
  service?: string;
  channel?: string;
  dataset?: string;
  resource?: string;
  /** In the words of whoever wrote the application: `detector needs 2 cpu`. */
  message: string;
  /** The other end of a channel, and the same requirement as that one sees it. */
  peer?: { service: string; message: string };
  /** Takes the requirement out of a draft. */
  drop: (draft: Draft) => void;
  /** The figure that is asked for (ms, Mbit/s, units of a resource), and how to ask for another one. */
  figure?: { value: number; set: (draft: Draft, value: number) => void };
  /** For rules on single locations: a service that asks for nothing, with this requirement alone. */
  alone?: (nothing: Service) => Service;
}

/** A copy of an application, of those that call it, and of the data sets, to take requirements out of. */
export interface Draft {
  app: Application;
  callers: Application[];
  datasets: Dataset[];
  /** Keys of channels that need no known path any more; see `channelKey`. */
  pathless: Set<string>;
}

export function serviceOf({ app }: Draft, id: string): Service {
  return app.services.find((service) => service.id === id)!;
}
