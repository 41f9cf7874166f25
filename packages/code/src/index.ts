/** What an agent needs to work on a repository: a map, symbols, edits that survive imperfect output, tests, pull requests. */

export {
  type AppliedEdits,
  type ApplyEditsDeps,
  type ApplyEditsOptions,
  applyEdits,
  type EditedFile,
  type RefusedEdit,
  type SyntaxProblem,
} from './edit/apply-edits.js'
export { toLines } from './edit/lines.js'
export type { Difference } from './edit/locate.js'
export {
  type EditFormat,
  type FileEdit,
  type ParsedEdits,
  type ParseEditsOptions,
  parseEdits,
  pathsOf,
} from './edit/parse-edits.js'
export {
  applyHunks,
  type FilePatch,
  type FitOptions,
  type Hunk,
  type Misplaced,
  type ParsedPatch,
  type PatchResult,
  type Placed,
  parsePatch,
} from './edit/patch.js'
export { type PassageEdit, type PassageResult, replacePassage } from './edit/replace-passage.js'
export type { HunkLine } from './edit/rewrite.js'
export { globMatcher, type IgnoreRule, parseIgnore } from './glob.js'
export type { CodeIndex, Definition, IndexedFile, SkippedFile, SkipReason } from './map/code-index.js'
export { type FoundSymbol, findSymbols, type SymbolQuery } from './map/find-symbols.js'
export type { Focus } from './map/rank.js'
export { type MapOptions, type RepositoryMap, renderMap, renderOutline } from './map/render-map.js'
export {
  createGithub,
  type Github,
  type GithubDeps,
  GithubError,
  type GithubOptions,
  type NewPullRequest,
  type PullRequest,
  parseRemote,
} from './pulls/github.js'
export { compareResults, type ResultChange, type TestFailure, type TestResults } from './tests/results.js'
export {
  detectTestRunners,
  type TestFilter,
  type TestRunner,
  type TestRunnerId,
  testRunnerIds,
  testRunners,
} from './tests/runners.js'
