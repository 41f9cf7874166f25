/** What touches the machine: parsing by tree-sitter, git. */

export {
  type BlamedLine,
  type ChangedFile,
  type GitCheckpoint,
  type GitCommit,
  type GitRepository,
  type GitRepositoryDeps,
  type GitRepositoryOptions,
  GitStateError,
  type GitStatus,
  openGitRepository,
  type RestoredFiles,
} from './git/repository.js'
export { createGitRunner, GitError, type GitOptions, type GitRunner, type GitRunnerDeps } from './git/run-git.js'
export {
  openRepositoryIndex,
  type Reference,
  type RepositoryIndex,
  type RepositoryIndexDeps,
  type RepositoryIndexOptions,
} from './repository-index.js'
export { createSyntaxCheck } from './syntax-check.js'
