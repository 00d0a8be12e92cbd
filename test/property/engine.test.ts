import { solveSmall } from '../../src/engine/small.ts';
import { solve } from '../../src/engine/solve.ts';
import { describeSolve } from '../support/solvecontract.ts';

/** CODECO_ENGINE_CASES=10000 is the size for a night; HiGHS is asked about 300 of them at most. */
const cases = Number(process.env['CODECO_ENGINE_CASES'] ?? 500);
const highs = cases > 500 ? 300 : 4;

describeSolve('solve', solve, { exhaustive: cases, highs });
describeSolve('solveSmall', solveSmall, { exhaustive: Math.min(cases, 100), highs: 1 });
