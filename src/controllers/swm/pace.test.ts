import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** Apps arrive every `everyMs` for `ms`; a round takes 10 ms. Returns how many apps each round found. */
function roundsOf(everyMs: number, ms: number): number[] {
  const pace = new Pace();
  const rounds: number[] = [];
  let decided = 0;
  for (let now = 0; now < ms; now += 5) {
    const arrived = Math.floor(now / everyMs) + 1;
    if (arrived === decided || pace.wait(now) > 0) continue;
    pace.began(now);
    rounds.push(arrived - decided);
    pace.ended(now + 10, arrived - decided);
    decided = arrived;
  }
  return rounds;
}

it('lets apps that come one by one through at once', () => {
  const pace = new Pace();
  for (let now = 0; now < 2_000; now += 80) {
    expect(pace.wait(now)).toBe(0);
    pace.began(now);
    pace.ended(now + 20, 1);
  }
});

it('gathers a burst of 200 apps in four seconds into about ten rounds', () => {
  const rounds = roundsOf(20, 4_000);
  expect(rounds.length).toBeLessThanOrEqual(12);
  expect(rounds.length).toBeGreaterThan(3);
  expect(rounds[0]).toBe(1);
});

it('is idle again after a quiet time, whatever the burst before was', () => {
  const pace = new Pace();
  for (let now = 0; now < 5_000; now += 500) {
    pace.began(now);
    pace.ended(now, 20);
  }
  expect(pace.wait(4_600)).toBeGreaterThan(0);
  expect(pace.wait(7_000)).toBe(0);
});

it('leaves as much time free as the last round took', () => {
  const pace = new Pace();
  pace.began(0);
  pace.ended(200, 1);
  expect(pace.wait(300)).toBe(100);
  expect(pace.wait(400)).toBe(0);
});

it('lets apps that come alone through at once again after a burst', () => {
  const pace = new Pace();
  for (let now = 0; now < 3_000; now += 20) {
    if (pace.wait(now) > 0) continue;
    pace.began(now);
    pace.ended(now + 10, 20);
  }
  const waits = [3_600, 3_700, 3_800].map((now) => {
    const wait = pace.wait(now);
    pace.began(now);
    pace.ended(now + 10, 1);
    return wait;
  });
  expect(waits).toEqual([0, 0, 0]);
});
