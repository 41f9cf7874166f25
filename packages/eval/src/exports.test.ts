import { expect, test } from 'vitest'
import * as entry from './index.js'
import * as node from './node/index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "chooseProblems",
      "partitionProblems",
      "stuckProblems",
      "fitRatings",
      "solveProbability",
      "openBenchmarkHistory",
      "RunError",
      "evalMigrations",
      "commitGate",
      "isStagnant",
      "compareRuns",
      "passAtK",
      "reportRun",
      "runBenchmark",
      "dataFault",
      "sameData",
      "generateArguments",
      "JsonError",
      "parseJson",
      "ProblemError",
      "problemSchema",
      "starterOf",
      "viewOf",
      "binomialProbability",
      "binomialTest",
      "fisherTest",
      "logFactorial",
      "mcnemarTest",
      "rateDifference",
    ]
  `)
})

test('the node entry exports', () => {
  expect(Object.keys(node)).toMatchInlineSnapshot(`
    [
      "loadProblems",
      "parseProblem",
      "splitOf",
      "makeMutants",
      "BrokenReferenceError",
      "openVerifier",
      "proveProblems",
    ]
  `)
})
