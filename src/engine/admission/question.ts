import type { AppModel, Outside } from '../model/appmodel.ts';
import type { Placement } from '../model/evaluate.ts';
import type { FederationModel } from '../model/federation.ts';
import type { Load } from '../model/load.ts';
import type { Application, Problem } from '../problem.ts';
import type { ApplicationResult, LevelReached, TermValues } from '../result.ts';

/** Where one application goes in what is left. */
export interface Question {
  problem: Problem;
  federation: FederationModel;
  app: Application;
  /** Where services of other applications are. */
  places: Outside;
  /** What others use. */
  load: Load;
  seed: number;
  /** Told of the objective of every better placement, as far as a search tells on its way. */
  onBest?: (objective: number) => void;
}

/** An application with its place. */
export interface Placed {
  model: AppModel;
  at: Placement;
  /** No split of its services and no place costs less. Not above the objective. */
  lowerBound: number;
  /** True: it is the optimum. */
  complete: boolean;
  /** Objective per unit of room, locations x resources. */
  prices: Float64Array;
  /** Labels that the bound was worked out over, where they stand for more locations than one each. */
  labels?: number | undefined;
  /** What the services cost at least wherever they are, channels free: holds beside any other applications. */
  floor: number;
  /** Objective per Mbit/s by directed link, where one was in the way. */
  linkPrices?: ReadonlyMap<number, number> | undefined;
  /** Limits on terms that were kept, in their own units. */
  limits?: TermValues;
  /** What the terms of a strict order came to. */
  levels?: readonly LevelReached[];
}

/** An application without a place; `complete`: it is proved that there is none. */
export interface NotPlaced {
  at: undefined;
  complete: boolean;
  /** Where limits on terms are what is in the way: which, and what would be enough. */
  limited?: Pick<ApplicationResult, 'conflict' | 'relaxations'>;
}
