import type { Share } from '../problem.ts';
import type { ApplicationResult, Result, Verdict } from '../result.ts';
import { TERMS, type Term } from '../vocabulary.ts';
import { isPlaced } from './alone.ts';

/** Replicas of one service that are elsewhere than before. */
export interface Move {
  service: string;
  from: Share[];
  to: Share[];
  /** Replicas that leave a location; those that are only added or taken away do not move. */
  replicas: number;
}

/** What two answers about one application differ in. */
export interface ApplicationDiff {
  application: string;
  before: Verdict;
  after: Verdict;
  terms: { term: Term; before?: number; after?: number }[];
  objective: { before?: number; after?: number };
  moves: Move[];
}

/** The applications of both results, in the order of `after`. */
export function diffOf(before: Result, after: Result): ApplicationDiff[] {
  return after.applications.map((answer) => {
    const old = before.applications.find(({ application }) => application === answer.application);
    return {
      application: answer.application,
      before: old?.verdict ?? 'NoneFound',
      after: answer.verdict,
      terms: TERMS.flatMap((term) => {
        const [was, is] = [old?.terms[term], answer.terms[term]];
        if (was === undefined && is === undefined) return [];
        return [
          { term, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) },
        ];
      }),
      objective: {
        ...(old?.objective === undefined ? {} : { before: old.objective }),
        ...(answer.objective === undefined ? {} : { after: answer.objective }),
      },
      moves: movesOf(old, answer),
    };
  });
}

/** Services in the order of `after`, then those that have no place any more. */
export function movesOf(before: ApplicationResult | undefined, after: ApplicationResult): Move[] {
  const was = new Map((before?.services ?? []).map(({ service, shares }) => [service, shares]));
  const is = new Map(after.services.map(({ service, shares }) => [service, shares]));
  // Without a placement what runs goes on running: nothing is known to move.
  if (!isPlaced(after)) return [];
  return [...new Set([...is.keys(), ...was.keys()])].flatMap((service): Move[] => {
    const from = was.get(service) ?? [];
    const to = is.get(service) ?? [];
    const stays = from.reduce(
      (sum, { location, replicas }) =>
        sum + Math.min(replicas, to.find((share) => share.location === location)?.replicas ?? 0),
      0,
    );
    const replicas = Math.min(total(from), total(to)) - stays;
    const same = stays === total(from) && stays === total(to);
    return same ? [] : [{ service, from: [...from], to: [...to], replicas }];
  });
}

function total(shares: readonly Share[]): number {
  return shares.reduce((sum, { replicas }) => sum + replicas, 0);
}
