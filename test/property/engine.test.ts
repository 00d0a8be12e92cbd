import { solve } from '../../src/engine/solve.ts';
import { describeApplications } from '../support/enginecontract/applications.ts';
import { describeDeterminism } from '../support/enginecontract/determinism.ts';
import { describeHostile } from '../support/enginecontract/hostile.ts';
import { describeTruth } from '../support/enginecontract/truth.ts';

/** CODECO_ENGINE_CASES=10000 is the size for a night; HiGHS is asked about 300 of them at most. */
const cases = Number(process.env['CODECO_ENGINE_CASES'] ?? 500);
const highs = cases > 500 ? 300 : 4;

describeTruth(solve, { exhaustive: cases, limited: Math.ceil(cases / 2), highs });
describeApplications(solve);
describeDeterminism(solve);
describeHostile(solve);
