import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions, IntOrString, Quantity } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/**
 * NetworkTopology: links between clusters, measured by a cluster (in its hub namespace) or declared by an
 * administrator (in a namespace given to NetMA and SWM).
 */

const place = z.string().min(1).max(253);

export const TopologyLink = z.strictObject({
  from: place
    .optional()
    .describe('Declared links only; a measured one starts at the cluster that measured it.'),
  to: place,
  delay: IntOrString.optional().describe('One way: seconds as a number, or a duration in ns, us, ms or s.'),
  jitter: IntOrString.optional(),
  loss: z.number().min(0).max(1).optional().describe('Share of packets.'),
  bandwidth: Quantity.optional().describe('Bit/s as a quantity, for example 1G.'),
  usdPerGB: z.number().nonnegative().max(1e6).optional(),
  kWhPerGB: z.number().nonnegative().max(1e6).optional(),
  bidirectional: z.boolean().optional(),
  validUntil: z.string().max(64).optional().describe('RFC 3339; the link is not believed afterwards.'),
});

export const NetworkTopologySpec = z.strictObject({
  links: z.array(TopologyLink).max(5000),
  nodes: z
    .array(place)
    .max(1000)
    .optional()
    .describe('Network nodes that host nothing. Clusters are never transit.'),
});

export const NetworkTopologyStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});
export type TopologyLink = z.output<typeof TopologyLink>;

export type NetworkTopologySpec = z.output<typeof NetworkTopologySpec>;
export type NetworkTopologyStatus = z.output<typeof NetworkTopologyStatus>;
export interface NetworkTopology {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: NetworkTopologySpec;
  status?: NetworkTopologyStatus;
}

export const NetworkTopologyResource = defineResource<NetworkTopology>(
  GROUP,
  VERSION,
  'NetworkTopology',
  'networktopologies',
  'Namespaced',
);
