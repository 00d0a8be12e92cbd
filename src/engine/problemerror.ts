import { nearest } from '../api/nearest.ts';
import type { Problem } from './problem.ts';

export type ProblemErrorCode =
  | 'Malformed'
  | 'TooLarge'
  | 'DuplicateId'
  | 'UnknownReference'
  | 'SelfChannel'
  | 'BadMatrix'
  | 'NoWeights'
  | 'BadChange';

/** A problem that cannot be solved because it cannot be understood. `path` leads to the place. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly code: ProblemErrorCode;
  readonly path: string;

  constructor(code: ProblemErrorCode, path: string, message: string) {
    super(`${path}: ${message}`);
    this.code = code;
    this.path = path;
  }
}

/** Matrices over all pairs of locations take 40 bytes for each pair: 1.5 GB. */
const MOST_LOCATIONS = 6000;

/** @throws ProblemError for ids that occur twice or lead nowhere, and for more locations than memory is for */
export function checkReferences(problem: Problem): void {
  if (problem.locations.length > MOST_LOCATIONS)
    throw new ProblemError(
      'TooLarge',
      'locations',
      `${problem.locations.length} locations, at most ${MOST_LOCATIONS} are possible: leave out those that no application may use`,
    );
  const locations = unique(
    'locations',
    problem.locations.map(({ id }) => id),
  );
  const datasets = unique(
    'datasets',
    problem.datasets.map(({ id }) => id),
  );
  unique(
    'applications',
    problem.applications.map(({ id }) => id),
  );
  const places = unique('nodes', [...locations, ...problem.nodes]);
  const fixed = problem.fixed.map(({ application, service }) => `${application}/${service}`);
  unique('fixed', fixed);
  for (const [index, { from, to }] of problem.links.entries()) {
    // Paths are put into words where a name is missing only: there are many links.
    if (!places.has(from)) known(`links[${index}].from`, from, places);
    if (!places.has(to)) known(`links[${index}].to`, to, places);
  }
  if (problem.matrices) checkMatrices(problem.matrices, problem.locations.length);
  for (const [index, { holders }] of problem.datasets.entries()) {
    for (const { location } of holders) known(`datasets[${index}].holders`, location, locations);
  }
  let all: Set<string> | undefined;
  /** Services of all applications, built when a channel first leaves its own. */
  const others = () => {
    all ??= new Set([
      ...problem.applications.flatMap(({ id, services }) => services.map((service) => `${id}/${service.id}`)),
      ...problem.fixed.map(({ application, service }) => `${application}/${service}`),
    ]);
    return all;
  };
  for (const [index, app] of problem.applications.entries()) {
    const at = `applications[${index}]`;
    const services = unique(
      `${at}.services`,
      app.services.map(({ id }) => id),
    );
    unique(
      `${at}.channels`,
      app.channels.map(({ id }) => id),
    );
    for (const candidate of app.candidates ?? []) known(`${at}.candidates`, candidate, locations);
    if (Object.values(app.profile).every((weight) => weight === 0)) {
      throw new ProblemError('NoWeights', `${at}.profile`, 'at least one weight must be above 0');
    }
    for (const service of app.services) {
      const path = `${at}.services[${service.id}]`;
      for (const { dataset } of service.data) known(`${path}.data`, dataset, datasets);
      for (const { location } of service.running ?? []) known(`${path}.running`, location, locations);
    }
    for (const channel of app.channels) {
      const path = `${at}.channels[${channel.id}]`;
      known(`${path}.from`, channel.from, services);
      const target = channel.to.application ?? app.id;
      if (target === app.id) {
        known(`${path}.to.service`, channel.to.service, services);
        if (channel.to.service === channel.from) {
          throw new ProblemError('SelfChannel', path, `service ${channel.from} has a channel to itself`);
        }
      } else {
        known(`${path}.to`, `${target}/${channel.to.service}`, others());
      }
    }
    for (const entry of app.entryPoints) {
      known(`${at}.entryPoints[${entry.id}].service`, entry.service, services);
      if (entry.location !== undefined)
        known(`${at}.entryPoints[${entry.id}].location`, entry.location, locations);
    }
  }
  for (const [index, { shares }] of problem.fixed.entries()) {
    for (const { location } of shares) known(`fixed[${index}].shares`, location, locations);
  }
}

function unique(path: string, ids: readonly string[]): Set<string> {
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) throw new ProblemError('DuplicateId', path, `id ${id} occurs twice`);
    seen.add(id);
  }
  return seen;
}

/** @throws ProblemError UnknownReference for a name that is not among `names`, with the nearest that is */
export function known(path: string, name: string, names: Iterable<string>): void {
  const all = names instanceof Set ? (names as ReadonlySet<string>) : new Set(names);
  if (all.has(name)) return;
  const near = nearest(name, all);
  throw new ProblemError(
    'UnknownReference',
    path,
    `no such name: ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function checkMatrices(matrices: NonNullable<Problem['matrices']>, size: number): void {
  for (const [name, rows] of Object.entries(matrices)) {
    if (rows === undefined) continue;
    const wrong = rows.length !== size || rows.some((row) => row.length !== size);
    if (wrong)
      throw new ProblemError(
        'BadMatrix',
        `matrices.${name}`,
        `must be ${size} x ${size}, one row per location`,
      );
  }
}
