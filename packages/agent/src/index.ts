/**
 * One mind: a turn loop that governs every tool, keeps every step, and steers by what it learns of itself.
 *
 * Portable; tools that touch the machine stand under `@salp/agent/node`.
 */

export {
  type Activities,
  type ActivitiesDeps,
  ActivityError,
  type ActivitySource,
  createActivities,
  type Pause,
} from './activity/activities.js'
export { type AgentSourcesDeps, agentSources } from './activity/agent-sources.js'
export {
  type Agent,
  type AgentDeps,
  type AgentOptions,
  type CallInput,
  createAgent,
  type ExplainInput,
  type Explanation,
  InputError,
  type LiveCall,
  maxInputLength,
  type RunningCall,
  type ToldTurn,
  type ToolParts,
  type TurnInput,
  type TurnMemory,
} from './agent.js'
export {
  type Autonomy,
  type AutonomyDeps,
  type AutonomyOptions,
  createAutonomy,
  type Part,
} from './autonomy/autonomy.js'
export type { Checkout, Kept, Place } from './autonomy/checkout.js'
export { createReviewer, type Reviewer, type ReviewRequest } from './autonomy/reviewer.js'
export { WorkError } from './autonomy/work-store.js'
export type { Summarizer } from './context/compactor.js'
export type { TokenEstimator } from './context/tokens.js'
export type { Answer, ApprovalRequest, Approver } from './governance/approval.js'
export type { AuditEntry, AuditLog, AuditSealer, ChainState, Sha256 } from './governance/audit.js'
export type { Narrowing } from './governance/capability.js'
export { type CallRequest, type GovernDeps, type GovernOptions, type Governor, govern } from './governance/govern.js'
export type { Tier } from './governance/pipeline.js'
export {
  type AirGap,
  decideTier,
  defaultTiers,
  type PolicyQuestion,
  type PolicyRule,
  type PolicyState,
  policyRuleSchema,
  type Ruling,
} from './governance/policy.js'
export { PolicyError, type PolicyMistake, parsePolicy } from './governance/policy-file.js'
export type { SecondKey, SecondKeyAnswer, SecondKeyRequest } from './governance/second-key.js'
export {
  createSecondKeys,
  type Partner,
  partnerSchema,
  SecondKeyError,
  type Signer,
} from './governance/second-key-partners.js'
export { type AccessOptions, signIn } from './http/access.js'
export { createAgentApi, createModelApi } from './http/api.js'
export type { ApiDeps } from './http/deps.js'
export { RequestError } from './http/problem.js'
export { defineRoute, type Route } from './http/route.js'
export { modulesSchema } from './http/routes/cognition.js'
export { type SecondKeyRouteDeps, secondKeyRoutes } from './http/routes/second-key.js'
export { type TurnImage, withoutImages } from './images.js'
export { agentMigrations } from './migrations.js'
export {
  type AgentEvent,
  type AgentStatus,
  type Approval,
  agentStatusSchema,
  approvalSchema,
  auditEntrySchema,
  type Decision,
  decisionSchema,
  type Effect,
  eventSchemas,
  type FailureKind,
  type Outcome,
  type Question,
  type RecalledMemory,
  type Risk,
  type SessionSummary,
  type Task,
  type TurnEvents,
  type TurnStatus,
  type Usage,
} from './protocol.js'
export { type Activity, activitySchema, type Now } from './protocol-activity.js'
export type { ContextView } from './protocol-context.js'
export type {
  AboutView,
  BrowseQuery,
  CurationView,
  FoundRecord,
  MemoryChange,
  NameGraphView,
  RememberedRecord,
} from './protocol-memory.js'
export { type NetView, trainingSchema } from './protocol-nets.js'
export type {
  PushDevice,
  PushKinds,
  PushNotice,
  PushOrder,
  PushView,
} from './protocol-push.js'
export {
  type Routine,
  type RoutineChange,
  type RoutineInput,
  type RoutineRun,
  routineInputSchema,
  type Trigger,
} from './protocol-routines.js'
export type { StrangerTask } from './protocol-strangers.js'
export { type Work, type WorkCheck, type WorkOrder, type WorkReview, workOrderSchema } from './protocol-work.js'
export { createPush, type Push, type PushDeps, PushError } from './push/push.js'
export type { PushMessage, PushOutcome, PushSender, PushTarget } from './push/push-sender.js'
export { pushMigrations } from './push/push-store.js'
export {
  type CallFigures,
  type ReplayedCall,
  type ReplayedStep,
  type ReplayedTurn,
  type ReplayOptions,
  type ReplayReport,
  replay,
  replayedEvents,
  type StepSteering,
} from './replay/replay.js'
export type { ForecastScore } from './replay/scores.js'
export { readFeed } from './routines/read-feed.js'
export { routineMigrations } from './routines/routine-store.js'
export {
  createRoutines,
  type Delivery,
  type Routines,
  type RoutinesDeps,
  type Sight,
  type WatchTrigger,
} from './routines/routines.js'
export { rpcRoutes } from './rpc/rpc-routes.js'
export { ApprovalError, type Approvals } from './session/approvals.js'
export { createDeliveries, type Deliveries, deliveryMigrations, type TakenMessage } from './session/deliveries.js'
export type { AgentEventMap } from './session/feed.js'
export { QuestionError, type Questions } from './session/questions.js'
export { SessionError, type SessionStore } from './session/store.js'
export type { Speculation, Speculator } from './speculation.js'
export type { Surroundings } from './surroundings.js'
export type { Tasks } from './tasks.js'
export {
  type Assessment,
  type Capability,
  createTool,
  type JsonValue,
  type Tool,
  type ToolContext,
  ToolError,
  type Verification,
} from './tool.js'
export { type CartridgePort, createCartridgeTools } from './tools/cartridge-tools.js'
export { createRoutineTools } from './tools/routine-tools.js'
export { createSplitTool } from './tools/split-tool.js'
export { createSynthesisTool, type SynthesisPort } from './tools/synthesis-tool.js'
export { type TurnLimits, turnLimitsSchema } from './turn/limits.js'
export type { LiveTurn } from './turn/live-turns.js'
export type { TurnResult } from './turn/running-turn.js'
