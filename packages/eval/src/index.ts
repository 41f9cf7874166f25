/** Measures an agent: a verified coding benchmark. Portable: threads, processes and files stand under `/node`. */

export {
  type Analysis,
  analyseStudy,
  type CellSummary,
  type Contrast,
  type JudgeAgreement,
  type Look,
} from './ab/analyse.js'
export { type Cell, cellName, type Factor, factorialCells } from './ab/design.js'
export {
  checkJudge,
  hasToolMarkup,
  isAttempt,
  type Judge,
  type JudgedReply,
  JudgeError,
  median,
  modelJudge,
  panelJudge,
  ruleJudge,
} from './ab/judge.js'
export {
  type Axis,
  axes,
  openPlan,
  type Plan,
  PlanError,
  planSchema,
  planText,
  type SealedPlan,
  sealPlan,
} from './ab/plan.js'
export { publishedClaims } from './ab/published-claims.js'
export { parseStudy, RecordError, type Study, type StudyRecord, type Trial, trialSchema } from './ab/records.js'
export { reportHtml } from './ab/report-html.js'
export {
  type AbDeps,
  type AbOutcome,
  type AbReply,
  type AbTask,
  type RecordLog,
  runAb,
  type Subject,
} from './ab/run-ab.js'
export { type ChooseOptions, chooseProblems, partitionProblems, stuckProblems } from './benchmark/choose.js'
export { fitRatings, type Rating, type Ratings, solveProbability } from './benchmark/elo.js'
export {
  type BenchmarkHistory,
  type BenchmarkRun,
  type JudgedAttempt,
  openBenchmarkHistory,
  type ProblemOutcome,
  type ProblemResult,
  RunError,
  type Sampling,
} from './benchmark/history.js'
export { evalMigrations } from './benchmark/migrations.js'
export { commitGate, type GateFacts, type GateVerdict, isStagnant } from './benchmark/progress.js'
export {
  compareRuns,
  passAtK,
  type RunComparison,
  type RunReport,
  reportRun,
  type TierReport,
} from './benchmark/report.js'
export {
  type BenchmarkDeps,
  type BenchmarkEvents,
  type BenchmarkOptions,
  runBenchmark,
} from './benchmark/run-benchmark.js'
export type { Attempt, SolveBudget, SolveOptions, Solver } from './benchmark/solver.js'
export {
  CaseError,
  type CaseGuards,
  type Category,
  caseFaults,
  caseSchema,
  categories,
  defineCase,
  type EvalCase,
} from './cases/case.js'
export {
  checkProperty,
  type Held,
  outwardEffects,
  type Property,
  type PropertyContext,
  propertySchema,
} from './cases/property.js'
export {
  type CaseChange,
  detectRegression,
  type Regression,
  reportSuite,
  type SuiteReport,
} from './cases/regression.js'
export {
  type CaseAgent,
  type CaseSubject,
  runSuite,
  type SuiteDeps,
  type SuiteEvents,
  type SuiteOptions,
  tryCase,
} from './cases/run-suite.js'
export {
  type CaseResult,
  type CheckedTurn,
  openSuiteHistory,
  type SuiteHistory,
  type SuiteRun,
} from './cases/suite-history.js'
export type { CallEffect, Trace, TraceCost, TracedCall } from './cases/trace.js'
export { type Data, dataFault, sameData } from './problems/data.js'
export { generateArguments } from './problems/generate.js'
export { JsonError, type ParsedJson, parseJson } from './problems/parse-json.js'
export { type ProblemChoice, pickProblems } from './problems/pick-problems.js'
export {
  type InputGenerator,
  type Problem,
  type ProblemCase,
  ProblemError,
  type ProblemView,
  type Signature,
  type Split,
  starterOf,
  viewOf,
} from './problems/problem.js'
export type { CodeModel, ModelMessage, ModelReply } from './solvers/code-model.js'
export { type EarlierSolution, type FindEarlier, findEarlier } from './solvers/earlier.js'
export { type ExampleSearch, exampleSolver, type Wanted } from './solvers/example-search.js'
export { bestOfSolver, modelSolver, repairSolver, retrievalSolver } from './solvers/model-solvers.js'
export { sketchSolver } from './solvers/sketch-solver.js'
export { type Agreement, cohenKappa, cohenKappaCi, fleissKappa } from './statistics/agreement.js'
export { benjaminiHochberg, stoppingBounds } from './statistics/correction.js'
export {
  binomialProbability,
  binomialTest,
  type Count,
  fisherTest,
  logFactorial,
  mcnemarTest,
  rateDifference,
} from './statistics/exact.js'
export { normalCdf, normalDensity, normalQuantile } from './statistics/normal.js'
export { leastDifference, type PowerOptions, pairedPower, pairsNeeded, trialsPerArm } from './statistics/power.js'
export { type SequentialFinding, sequentialTest } from './statistics/sequential.js'
export type { Candidate, FailedExample, Verdict, Verifier, VerifyOptions } from './verify/verifier.js'
