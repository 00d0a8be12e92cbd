/** Why a state is impossible: rules, and labels (variable x locations + label) whose absence they rest on. */
export interface Conflict {
  readonly rules: readonly number[];
  readonly facts: readonly number[];
}
