import { nearest } from '../api/nearest.ts';
import type { Application, Problem } from '../engine/problem.ts';
import type { Extra } from './arguments.ts';
import { InputError } from './streams.ts';

/** Values that may be given once. */
function last(extra: Extra, flag: string): string | undefined {
  return extra[flag]?.at(-1);
}

/**
 * The application that --application names, by its id or the part behind the namespace; undefined without
 * the flag.
 * @throws InputError for a name that nothing has, or several have
 */
export function oneApplication(extra: Extra, ids: readonly string[]): string | undefined {
  const name = last(extra, 'application');
  return name === undefined ? undefined : applicationNamed(name, ids, '--application');
}

function applicationNamed(name: string, ids: readonly string[], flag: string): string {
  const found = ids.filter((id) => id === name || id.endsWith(`/${name}`));
  if (found.length === 1) return found[0]!;
  if (found.includes(name)) return name;
  throw new InputError(
    `${flag} ${name}: ${found.length === 0 ? unknown(name, ids) : `several have that name: ${found.join(', ')}`}`,
  );
}

/** The service that --service names; undefined without the flag. */
export function oneService(extra: Extra, app: Application): string | undefined {
  const name = last(extra, 'service');
  const names = app.services.map(({ id }) => id);
  if (name === undefined || names.includes(name)) return name;
  throw new InputError(`--service ${name}: ${app.id} has no such service${hint(name, names)}`);
}

/**
 * A service as flags name it: `service` where only one application has it, or `application/service`.
 */
export function serviceNamed(
  problem: Problem,
  text: string,
  flag: string,
): { application: string; service: string } {
  const all = problem.applications.flatMap(({ id, services }) =>
    services.map((service) => ({ application: id, service: service.id })),
  );
  const cut = text.lastIndexOf('/');
  const service = text.slice(cut + 1);
  const found = all.filter(
    (each) =>
      each.service === service &&
      (cut < 0 ||
        each.application === text.slice(0, cut) ||
        each.application.endsWith(`/${text.slice(0, cut)}`)),
  );
  if (found.length === 1) return found[0]!;
  const names = all.map((each) => each.service);
  if (found.length === 0)
    throw new InputError(`${flag} ${text}: there is no such service${hint(service, names)}`);
  const written = found.map((each) => `${each.application}/${each.service}`).join(', ');
  throw new InputError(`${flag} ${text}: several services have that name: ${written}`);
}

function unknown(name: string, names: readonly string[]): string {
  return `there is no such application${hint(name, names)}`;
}

function hint(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  return near === undefined ? ` (${names.slice(0, 8).join(', ')})` : `; did you mean ${near}?`;
}
