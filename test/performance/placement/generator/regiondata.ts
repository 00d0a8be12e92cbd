import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './regions.ts';

/**
 * The world as public figures describe it, read at run time from a folder: region latency keyed by
 * electricity zone, grid intensity, machine prices, egress prices, goodput and watts per core.
 *
 * Latency files hold round trips: one way is taken as half. Egress prices are another provider's: each pair
 * of regions gets the median price between regions of the same two parts of the world. Goodput that nobody
 * measured counts as the median.
 *
 * @throws Error when a file is missing or holds no number where one belongs, with its name
 */
export function readWorld(folder: string): World {
  const text = (file: string) => readFileSync(join(folder, file), 'utf8');
  const zones = Object.entries(
    JSON.parse(text('gcp-region-to-electricity-zone.json')) as Record<string, string>,
  );
  const prices = JSON.parse(text('gcp-region-price.json')) as Record<string, { gce: number }>;
  const grid = new Map(
    rows(text('gcp-region-carbon.csv')).map(([region = '', , , grams]) => [region, Number(grams)]),
  );
  const [, ...latency] = rows(text('gcp-region-rtt-ms.csv'));
  const names = zones.map(([region]) => region).filter((region) => prices[region] !== undefined);
  // One electricity zone holds two regions: the first row is the first region's.
  const taken = new Set<number>();
  const row = new Map(
    zones.map(([region, zone]) => {
      const at = latency.findIndex(([name], index) => name === zone && !taken.has(index));
      if (at < 0) throw new Error(`gcp-region-rtt-ms.csv has no row for ${zone}`);
      taken.add(at);
      return [region, at];
    }),
  );
  const knownGrid = [...grid.values()].filter(Number.isFinite);
  const egress = egressByPart(rows(text('aws-egress-usd-per-gb.csv')));
  const goodput = goodputByPair(rows(text('inter-region-throughput-gbit.csv')));
  const middle = median([...goodput.values()]);
  const watts = rows(text('watts-per-vcpu-gcp.csv'))
    .slice(1)
    .map(([, , low, high]) => (Number(low) + Number(high)) / 2);
  const table = (value: (from: string, to: string) => number) =>
    names.map((from) => names.map((to) => (from === to ? 0 : finite(value(from, to), `${from} to ${to}`))));
  return {
    source: 'public figures',
    regions: names.map((name) => ({
      name,
      jurisdiction: jurisdictionOf(name),
      gramsPerKWh: grid.get(name) ?? median(knownGrid),
      priceUSDPerHour: finite(prices[name]!.gce, `price of ${name}`),
    })),
    delayMs: table((from, to) => Number(latency[row.get(from)!]?.[row.get(to)! + 1]) / 2),
    egressUSDPerGB: table((from, to) => egress.get(`${partOf(from)} ${partOf(to)}`) ?? 0.08),
    bandwidthMbps: table((from, to) => Math.round(1000 * (goodput.get(`${from} ${to}`) ?? middle))),
    wattsPerCore: watts.map((each) => finite(each, 'watts-per-vcpu-gcp.csv')),
  };
}

function rows(csv: string): string[][] {
  return csv
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line) => line.split(','));
}

function jurisdictionOf(region: string): string {
  if (region.startsWith('europe-west2')) return 'UK';
  if (region.startsWith('europe-west6')) return 'CH';
  if (region.startsWith('europe')) return 'EU';
  if (region.startsWith('us-')) return 'US';
  if (region.startsWith('northamerica-north')) return 'CA';
  if (region.startsWith('australia')) return 'AU';
  if (region.startsWith('asia-south1') || region.startsWith('asia-south2')) return 'IN';
  if (region.startsWith('southamerica')) return 'SA';
  return 'APAC';
}

/** Part of the world, told from the first letters that both providers' names share. */
function partOf(region: string): string {
  const start = region.slice(0, 2);
  return ({ as: 'ap', au: 'ap', no: 'us', ca: 'us', so: 'sa' } as Record<string, string>)[start] ?? start;
}

function egressByPart([, ...lines]: string[][]): Map<string, number> {
  const all = new Map<string, number[]>();
  for (const [from = '', to = '', price] of lines) {
    const key = `${partOf(from)} ${partOf(to)}`;
    all.set(key, [...(all.get(key) ?? []), Number(price)]);
  }
  return new Map([...all].map(([key, values]) => [key, median(values)]));
}

/** Between regions of one provider, by the names without zone letter. */
function goodputByPair([, ...lines]: string[][]): Map<string, number> {
  const region = (place: string) => place.replace(/^gcp:/, '').replace(/-[a-z]$/, '');
  return new Map(
    lines
      .filter(([from = '', , to = '']) => from.startsWith('gcp:') && to.startsWith('gcp:'))
      .map(([from = '', , to = '', , gbit]) => [`${region(from)} ${region(to)}`, Number(gbit)]),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function finite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new Error(`no number for ${what}`);
  return value;
}
