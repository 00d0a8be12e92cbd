import { answersOf, runtimeCases } from './cases.ts';

/** Called by name from outside the page. */
Object.assign(globalThis, { codecoAnswers: () => answersOf(runtimeCases()) });
