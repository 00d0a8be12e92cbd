import type { Result } from '../result.ts';
import type { Reserved } from './bandwidth.ts';
import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { close, closeGap, within } from './tolerance.ts';

/** What a result says of all applications together, where it says anything, follows from its answers and places. */
export function checkRound(
  placed: Placed,
  { applications, round, links }: Result,
  loads: ReadonlyMap<number, Reserved>,
): Finding[] {
  const findings: Finding[] = [];
  const fail = (message: string) => findings.push({ rule: 'Figures', application: '', message });
  const tellsCosts = applications.every(
    ({ verdict, objective }) => (verdict !== 'Optimal' && verdict !== 'Feasible') || objective !== undefined,
  );
  // Of answers without figures only the places are judged: they may be others than the round was of.
  if (!tellsCosts) return findings;
  if (round) {
    const { placed: count, objective, lowerBound, gap } = round;
    const answers = applications.filter(({ verdict }) => verdict === 'Optimal' || verdict === 'Feasible');
    const sum = answers.reduce((total, answer) => total + (answer.objective ?? 0), 0);
    if (count !== answers.length) fail(`${count} applications are called placed, ${answers.length} are`);
    if (!close(objective, sum)) fail(`the round's objective ${objective} is not the sum ${sum}`);
    if (!within(lowerBound, objective)) fail(`the round's bound ${lowerBound} is above ${objective}`);
    if (gap !== undefined && !closeGap(gap, objective, lowerBound))
      fail(`the round's gap ${gap} is not that of ${objective} to ${lowerBound}`);
  }
  if (!links || placed.problem.matrices) return findings;
  const named = new Map(links.map((each) => [`${each.link} ${each.from} ${each.to}`, each]));
  if (named.size < links.length) fail('a link is named twice');
  for (const [directed, { mbps }] of loads) {
    const { link, from, to } = placed.network.ends(directed);
    const key = `${link} ${from} ${to}`;
    const said = named.get(key);
    named.delete(key);
    if (!said) fail(`nothing is said of the link from ${from} to ${to}, which carries ${mbps} Mbit/s`);
    else if (!close(said.reservedMbps, mbps))
      fail(`${said.reservedMbps} Mbit/s on the link from ${from} to ${to}, should be ${mbps}`);
    else if ((said.bandwidthMbps ?? Number.POSITIVE_INFINITY) !== placed.network.capacity(directed))
      fail(`the link from ${from} to ${to} is said to have ${said.bandwidthMbps} Mbit/s`);
  }
  for (const { from, to, reservedMbps } of named.values())
    fail(`${reservedMbps} Mbit/s on the link from ${from} to ${to}, which carries nothing`);
  return findings;
}
