import { expect, test } from 'vitest'
import * as entry from './index.js'
import * as node from './node/index.js'

test('the entry exports', () => {
  expect(Object.keys(entry)).toMatchInlineSnapshot(`
    [
      "applyEdits",
      "toLines",
      "parseEdits",
      "pathsOf",
      "applyHunks",
      "parsePatch",
      "replacePassage",
      "globMatcher",
      "parseIgnore",
      "findSymbols",
      "renderMap",
      "renderOutline",
      "createGithub",
      "GithubError",
      "parseRemote",
      "compareResults",
      "detectTestRunners",
      "testRunnerIds",
      "testRunners",
    ]
  `)
})

test('the entry for Node exports', () => {
  expect(Object.keys(node)).toMatchInlineSnapshot(`
    [
      "GitStateError",
      "openGitRepository",
      "createGitRunner",
      "GitError",
      "openRepositoryIndex",
      "createSyntaxCheck",
    ]
  `)
})
