/** What needs Node: problems in folders, and the verifier with its threads and processes. */

export { loadProblems, type ProblemSources, parseProblem, splitOf } from './load-problems.js'
export { BrokenReferenceError, type OpenVerifierOptions, openVerifier } from './open-verifier.js'
