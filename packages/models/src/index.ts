/** Language models in a cascade, repair of what they write, a reflex model that needs none, and embedders. */

export {
  type Cascade,
  type CascadeDeps,
  CascadeError,
  type CascadeEvent,
  type CascadeOptions,
  createCascade,
  ReplyInterruptedError,
  type SlotRefusal,
  type SlotStatus,
} from './cascade/cascade.js'
export type { CircuitOptions } from './cascade/circuit.js'
export { PromptTooLongError, type SlotFailure, type SlotFailureKind } from './cascade/failure.js'
export type { CascadeCallOptions, ModelPrice, ModelPrivacy, ModelTier, Slot } from './cascade/slot.js'
export { modelsMigrations, sqliteUsageStore } from './cascade/sqlite-usage-store.js'
export type { SlotLimits, SlotUsage, UsageEntry, UsageSum } from './cascade/usage.js'
export { mapUsageStore, type UsageStore } from './cascade/usage-store.js'
export {
  type DetectedKey,
  type DetectedServer,
  type DetectionDeps,
  detectKeys,
  detectServers,
  EndpointError,
  listModels,
} from './detection/detect.js'
export { type KeyProvider, keyProviders, type LocalServer, localServers } from './detection/providers.js'
export {
  detectSlots,
  type ModelEndpoint,
  slotFromEndpoint,
  slotsFromKeys,
  slotsFromServers,
} from './detection/slots.js'
export type { Embedder, EmbeddingPrompts, EmbeddingPurpose, EmbedOptions } from './embedding/embedder.js'
export { withEmbeddingCache } from './embedding/embedding-cache.js'
export { type AiSdkEmbedderOptions, embedderFromAiSdk } from './embedding/from-ai-sdk.js'
export { EmbeddingError } from './embedding/unit.js'
export { asTable, compactTables } from './prompt/compact-tables.js'
export { joinTexts } from './prompt/join-texts.js'
export { markCached } from './prompt/mark-cached.js'
export { stripReasoning } from './reasoning/strip-reasoning.js'
export { type ReflexOptions, reflexModel } from './reflex/reflex-model.js'
export { type ParsedText, type ParsedToolCall, parseToolCalls } from './repair/parse-tool-calls.js'
export { type RepairOptions, repairToolCalls } from './repair/repair-tool-calls.js'
export type { RepairableTool } from './repair/toolbox.js'
