/** What needs Node: problems in folders, and the verifier with its threads and processes. */

export { exportJsonLines, type Imported, importExercism, importJsonLines } from './exchange.js'
export { findFixtures } from './find-fixtures.js'
export { loadCases } from './load-cases.js'
export { loadProblems, type ProblemSources, parseProblem, splitOf } from './load-problems.js'
export { type Mutant, makeMutants } from './mutants.js'
export { BrokenReferenceError, type OpenVerifierOptions, openVerifier } from './open-verifier.js'
export { type ProblemProof, type ProveOptions, proveProblems } from './prove-problems.js'
export { openRecordLog } from './record-log.js'
