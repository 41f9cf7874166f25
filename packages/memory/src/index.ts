/** What an agent knows: records with provenance, found by words, names and times, kept right, gone for good when forgotten. */

export type { About, KnownRelation } from './about.js'
export type { BrowseFilter, BrowseOptions, BrowsePage, DayCount } from './browse.js'
export { estimateTokens } from './budget.js'
export { type Calibration, type CalibrationRow, calibrate, type Judged } from './calibrate.js'
export { checkMemory, type MemoryCheck } from './check.js'
export type { CurateOptions, Curation } from './curate.js'
export { type Embedder, EmbedderError } from './embedder.js'
export { eraseDeleted } from './erase.js'
export {
  createExperience,
  type Episode,
  type EpisodeInput,
  type Experience,
  type ExperienceDeps,
  type ExperienceOptions,
  type Lesson,
  type LessonInput,
} from './experience.js'
export { type Consolidated, type Extractor, ExtractorError, type Reading, type ReadRelation } from './extractor.js'
export { readForeign } from './foreign.js'
export {
  createMemory,
  type ListOptions,
  type Memory,
  type MemoryDeps,
  type MemoryEvents,
  type MemoryOptions,
  type Remembered,
} from './memory.js'
export { memoryMigrations } from './migrations.js'
export type { Step } from './procedures.js'
export type { Enrichment } from './read-with-model.js'
export type { MemoryHit, ReadOptions, Recall, RecallOptions } from './recall.js'
export {
  type Claim,
  type MemoryInput,
  MemoryInputError,
  type MemoryKind,
  type MemoryRecord,
  type MemorySource,
  maxContentBytes,
  recordInputSchema,
  type Sensitivity,
  sensitivities,
  type Verification,
  verifications,
} from './record.js'
export type { Explanation } from './relevance.js'
export type { Revision } from './revise.js'
export type { Outcome, Sentiment } from './sentiment.js'
export type { ForgetFilter, MemoryStats } from './store.js'
export type { GraphEdge, GraphNode, NameGraph } from './topics.js'
export { defaultTuning, type Tuning } from './tuning.js'
export {
  createWiki,
  type NoteFolder,
  type Wiki,
  type WikiDeps,
  WikiError,
  type WikiOptions,
  type WikiSync,
} from './wiki/wiki.js'
