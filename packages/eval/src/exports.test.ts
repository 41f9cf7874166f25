import { expect, test } from 'vitest'
import * as entry from './index.js'
import * as node from './node/index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "dataFault",
      "sameData",
      "generateArguments",
      "JsonError",
      "parseJson",
      "ProblemError",
      "problemSchema",
      "starterOf",
      "viewOf",
    ]
  `)
})

test('the node entry exports', () => {
  expect(Object.keys(node)).toMatchInlineSnapshot(`
    [
      "loadProblems",
      "parseProblem",
      "splitOf",
      "BrokenReferenceError",
      "openVerifier",
    ]
  `)
})
