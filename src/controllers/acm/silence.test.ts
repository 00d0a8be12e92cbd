import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fakeclock.ts';
import { onHub } from '../../../test/support/works.ts';
import { baseWork } from '../../work/manifestwork.ts';
import { SilenceWatch } from './silence.ts';

const work = (generation: number, observed: number | 'never') =>
  onHub(baseWork('shop', 'edge-a', true), { generation, observed });

function start() {
  const clock = new FakeClock();
  return { clock, silence: new SilenceWatch(clock) };
}

test('an agent is silent when it has not looked at a change for 60 s, and the reconciler comes back by then', () => {
  const { clock, silence } = start();
  expect(silence.look([work(2, 1)])).toEqual({ silent: [], againInMs: 60_000 });
  clock.jump(59_000);
  expect(silence.look([work(2, 1)])).toEqual({ silent: [], againInMs: 1_000 });
  clock.jump(1_000);
  expect(silence.look([work(2, 1)])).toEqual({
    silent: [{ cluster: 'edge-a', seconds: 60 }],
    againInMs: undefined,
  });
});

test('an agent that never saw a work is silent, too', () => {
  const { clock, silence } = start();
  silence.look([work(1, 'never')]);
  clock.jump(60_000);
  expect(silence.look([work(1, 'never')]).silent).toHaveLength(1);
});

test('with nothing to answer no claim is made', () => {
  const { clock, silence } = start();
  silence.look([work(1, 1)]);
  clock.jump(3_600_000);
  expect(silence.look([work(1, 1)])).toEqual({ silent: [], againInMs: undefined });
});

test('every change gives the agent a new minute', () => {
  const { clock, silence } = start();
  silence.look([work(2, 1)]);
  clock.jump(59_000);
  silence.look([work(3, 1)]);
  clock.jump(59_000);
  expect(silence.look([work(3, 1)])).toEqual({ silent: [], againInMs: 1_000 });
});

test('an answer ends the silence', () => {
  const { clock, silence } = start();
  silence.look([work(2, 1)]);
  clock.jump(90_000);
  expect(silence.look([work(2, 2)]).silent).toEqual([]);
  expect(silence.look([work(3, 2)])).toEqual({ silent: [], againInMs: 60_000 });
});
