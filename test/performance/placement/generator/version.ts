/** Goes up with any change that makes the same seed give another problem: figures of two versions do not compare. */
export const GENERATOR_VERSION = 3;
