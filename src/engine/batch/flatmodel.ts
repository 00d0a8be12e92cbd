import type { ChannelModel } from '../model/appmodel.ts';
import type { Application } from '../problem.ts';
import type { Term } from '../vocabulary.ts';

/** How the ends of a factor may lie to one another. */
export const RULE = { Any: 0, SameLocation: 1, OtherLocation: 2, OtherZone: 3 } as const;

/**
 * What a factor is. Pair: two variables. Nearest: a caller, then the parts of its callee, of which it uses the
 * nearest. Callees: the same for two parts that must be apart. Callers: a callee, then two parts of its caller
 * that must be apart; each pays its share.
 */
export const KIND = { Pair: 0, Nearest: 1, Callees: 2, Callers: 3 } as const;

/** What stays an object: one for each application, small. */
export interface FlatApp {
  readonly app: Application;
  /** Weight over reference by term: multiplies a value in its own unit. */
  readonly factor: Readonly<Record<Term, number>>;
  readonly dropped: readonly Term[];
  readonly channels: readonly ChannelModel[];
  readonly totalCalls: number;
  /** A service has more replicas than parts: bounds must hold for every split of it. */
  readonly splittable: boolean;
  /** Some channel reserves bandwidth. */
  readonly reserves: boolean;
}

/**
 * Services and channels of many applications as columns of equal length, one after the other. A variable is a
 * part of a service (some of its replicas, on one location); a factor is a channel, or a rule between parts
 * of one service; a slot is a variable in a factor, and owns one message.
 */
export interface FlatModel {
  readonly apps: readonly FlatApp[];
  readonly resources: number;
  /** By application, with one entry more: its first service, variable and factor. */
  readonly serviceStart: Int32Array;
  readonly variableStart: Int32Array;
  readonly factorStart: Int32Array;
  /** By service: index in its application is its place behind `serviceStart`. */
  readonly firstVariable: Int32Array;
  /** Of one replica, service by resource. */
  readonly serviceDemand: Float64Array;
  /** Row of the class of locations that a service may use. */
  readonly serviceClass: Int32Array;
  /** By service, with one entry more: its rows of delay to users and data, and calls by row. */
  readonly waitStart: Int32Array;
  readonly waitRow: Int32Array;
  readonly waitCalls: Float64Array;
  readonly variableService: Int32Array;
  readonly replicas: Int32Array;
  /** Of all replicas of the part, variable by resource. */
  readonly demand: Float64Array;
  /** Share of its service's replicas. */
  readonly share: Float64Array;
  /** By factor, with one entry more: its first slot. */
  readonly slotStart: Int32Array;
  readonly slotVariable: Int32Array;
  readonly slotFactor: Int32Array;
  /** Objective per ms, per GB and per nat; the volume is weighed by the application's USD and grams. */
  readonly perMs: Float64Array;
  readonly perGB: Float64Array;
  readonly perNat: Float64Array;
  /** ms; Infinity: no limit. */
  readonly maxDelay: Float64Array;
  readonly rule: Uint8Array;
  readonly kind: Uint8Array;
  /** RULE of the two parts of Callees and Callers to one another. */
  readonly apart: Uint8Array;
  /** By variable, with one entry more: its slots. */
  readonly ownStart: Int32Array;
  readonly own: Int32Array;
  /** Variables in the order of the sweeps, application by application. */
  readonly order: Int32Array;
  /** Place in that order, counted within the application. */
  readonly rank: Int32Array;
  /** Message of a slot, counted within the application: both ends of a pair share one, used in turn. */
  readonly messageOf: Int32Array;
  /** By variable, with one entry more: its rows in the table of costs; own ones first, then messages. */
  readonly termStart: Int32Array;
  /** How many of them are own, and how many together with the messages of factors that go on later in the order. */
  readonly ownTerms: Int32Array;
  readonly laterTerms: Int32Array;
  /** 1 where every factor of the variable is a pair. */
  readonly paired: Uint8Array;
  /** By application, with one entry more: its first message. */
  readonly messageStart: Int32Array;
  /** Length of the table, and the most messages of one application. */
  readonly terms: number;
  readonly mostMessages: number;
  /** Whom a variable tells in a sweep along the order, and against it. */
  readonly along: Sends;
  readonly against: Sends;
}

/** By variable, with one entry more: its slot in a factor that leads on, and the slot that hears of it. */
export interface Sends {
  readonly start: Int32Array;
  readonly slot: Int32Array;
  readonly to: Int32Array;
}
