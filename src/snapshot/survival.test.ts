import { describe, expect, it } from 'vitest';
import { survivalOf } from './survival.ts';
import { readTolerance } from './tolerance.ts';

const zones: Record<string, string> = { a: 'north', b: 'north', c: 'south' };
const zoneOf = (cluster: string) => zones[cluster] ?? cluster;
const at = (service: string, ...places: [string, number][]) =>
  places.map(([cluster, replicas]) => ({ service, cluster, replicas }));
const survival = (text: string, places: ReturnType<typeof at>, fallbacks: string[] = []) =>
  survivalOf(text, readTolerance(text), places, zoneOf, new Set(fallbacks));

describe('the loss of a cluster', () => {
  it('is nothing to tell where the app asks for nothing', () => {
    expect(survival('Low', at('web', ['a', 1]))).toBeUndefined();
  });

  it('is survived where each service has replicas in another domain', () => {
    expect(survival('High', at('web', ['a', 1], ['c', 1]))?.losses).toEqual([
      { cluster: 'a', outcome: 'StaysUp', lostShare: 0.5 },
      { cluster: 'c', outcome: 'StaysUp', lostShare: 0.5 },
    ]);
  });

  it('takes the whole failure domain with it', () => {
    expect(survival('High', at('web', ['a', 1], ['b', 1]))?.losses[0]).toEqual({
      cluster: 'a',
      outcome: 'Down',
      lostShare: 1,
      message: 'web would lose 2 of 2 replicas',
    });
  });

  it('has a fallback plan at medium tolerance, or is told', () => {
    const places = [...at('db', ['c', 1]), ...at('web', ['a', 1])];
    expect(survival('Medium', places, ['a'])?.losses.map(({ outcome }) => outcome)).toEqual([
      'Fallback',
      'Down',
    ]);
  });

  it('may take no more than the share that the app allows', () => {
    const places = at('web', ['a', 1], ['c', 2]);
    expect(survival('50', places)?.losses).toMatchObject([
      { cluster: 'a', outcome: 'StaysUp' },
      { cluster: 'c', outcome: 'Down', lostShare: 0.6667 },
    ]);
  });
});
