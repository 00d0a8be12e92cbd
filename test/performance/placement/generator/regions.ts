import { Random } from './random.ts';

/** A cloud region: what its locations inherit, each with its own noise. */
export interface Region {
  readonly name: string;
  readonly jurisdiction: string;
  readonly gramsPerKWh: number;
  /** Of one core. */
  readonly priceUSDPerHour: number;
}

/** The regions of the world and what lies between them, row by row. */
export interface World {
  /** Where the figures come from, for reports. */
  readonly source: string;
  readonly regions: readonly Region[];
  /** One way, ms. */
  readonly delayMs: readonly (readonly number[])[];
  readonly egressUSDPerGB: readonly (readonly number[])[];
  readonly bandwidthMbps: readonly (readonly number[])[];
  /** Watts of one busy core, by processor family. */
  readonly wattsPerCore: readonly number[];
}

/** Continents with their share of 34 regions, a centre in degrees, and an egress price in USD per GB. */
const CONTINENTS = [
  { name: 'EU', regions: 9, latitude: 49, longitude: 8, spread: 9, egress: 0.02 },
  { name: 'UK', regions: 1, latitude: 52, longitude: -1, spread: 1, egress: 0.02 },
  { name: 'US', regions: 9, latitude: 38, longitude: -97, spread: 16, egress: 0.02 },
  { name: 'CA', regions: 2, latitude: 45, longitude: -76, spread: 4, egress: 0.02 },
  { name: 'SA', regions: 2, latitude: -28, longitude: -58, spread: 8, egress: 0.138 },
  { name: 'APAC', regions: 7, latitude: 25, longitude: 122, spread: 14, egress: 0.09 },
  { name: 'IN', regions: 2, latitude: 23, longitude: 75, spread: 5, egress: 0.086 },
  { name: 'AU', regions: 2, latitude: -35, longitude: 148, spread: 4, egress: 0.098 },
] as const;

/** An invented world of the same shape as the real one: for whoever has no data files. */
export function syntheticWorld(): World {
  const random = new Random(34);
  const sites = CONTINENTS.flatMap(({ name, regions, latitude, longitude, spread, egress }) =>
    Array.from({ length: regions }, (_, index) => ({
      name: `${name.toLowerCase()}-${index + 1}`,
      jurisdiction: name,
      latitude: latitude + random.between(-spread, spread) / 2,
      longitude: longitude + random.between(-spread, spread),
      egress,
      gramsPerKWh: random.chance(0.3) ? random.between(5, 100) : random.between(150, 700),
      priceUSDPerHour: random.between(0.0218, 0.035),
    })),
  );
  const table = (value: (from: (typeof sites)[number], to: (typeof sites)[number]) => number) =>
    sites.map((from) => sites.map((to) => value(from, to)));
  const detour = table(() => random.between(1.15, 1.6));
  return {
    source: 'synthetic',
    regions: sites.map(({ name, jurisdiction, gramsPerKWh, priceUSDPerHour }) => ({
      name,
      jurisdiction,
      gramsPerKWh,
      priceUSDPerHour,
    })),
    delayMs: sites.map((from, a) =>
      sites.map((to, b) =>
        from === to ? 0 : 0.5 + (detour[Math.min(a, b)]![Math.max(a, b)]! * km(from, to)) / 200,
      ),
    ),
    egressUSDPerGB: table((from, to) =>
      from === to ? 0 : from.jurisdiction === to.jurisdiction ? Math.min(0.02, from.egress) : from.egress,
    ),
    bandwidthMbps: table((from, to) => Math.round(7000 / (1 + km(from, to) / 12_000))),
    wattsPerCore: [2.3, 2, 3.9, 1, 2.1, 1.2, 5.6, 5.4],
  };
}

interface Site {
  readonly latitude: number;
  readonly longitude: number;
}

/** Along the great circle. */
function km(from: Site, to: Site): number {
  const rad = Math.PI / 180;
  const cosine =
    Math.sin(from.latitude * rad) * Math.sin(to.latitude * rad) +
    Math.cos(from.latitude * rad) *
      Math.cos(to.latitude * rad) *
      Math.cos((from.longitude - to.longitude) * rad);
  return 6371 * Math.acos(Math.min(1, Math.max(-1, cosine)));
}
