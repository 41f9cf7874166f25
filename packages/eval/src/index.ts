/** Measures an agent: a verified coding benchmark. Portable: threads, processes and files stand under `/node`. */

export { type Data, dataFault, sameData } from './problems/data.js'
export { generateArguments } from './problems/generate.js'
export { JsonError, type ParsedJson, parseJson } from './problems/parse-json.js'
export {
  type InputGenerator,
  type Problem,
  type ProblemCase,
  ProblemError,
  type ProblemView,
  problemSchema,
  type Signature,
  type Split,
  starterOf,
  viewOf,
} from './problems/problem.js'
export type { Candidate, FailedExample, Verdict, Verifier, VerifyOptions } from './verify/verifier.js'
