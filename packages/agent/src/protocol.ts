/** What the agent says to the world: events, sessions, approvals and tasks, as they stand on the wire. */

import { z } from 'zod'

/** What a call may change, from nothing to the world outside. `self` is the agent's own memory and task list. */
export const effectSchema = z.enum(['none', 'read', 'self', 'write', 'execute', 'network'])

/** One of {@link effectSchema}. */
export type Effect = z.infer<typeof effectSchema>

/** How much harm a call could do, and the reasons. */
export const riskSchema = z.object({
  level: z.enum(['low', 'medium', 'high']),
  /** One short phrase each. */
  reasons: z.array(z.string()),
})

/** Harm a call could do. */
export type Risk = z.infer<typeof riskSchema>

/** Whose words a text holds, where they are neither the person's nor the agent's. */
export const sourceSchema = z.object({
  kind: z.enum(['web', 'file', 'command', 'memory', 'mcp', 'peer', 'cartridge', 'client']),
  /** Which of them: an address, a path, a command, the name of a server. */
  name: z.string(),
  /** `workspace`: of the folder worked in, which its owner answers for; `foreign`: of anybody. */
  trust: z.enum(['workspace', 'foreign']),
})

/** Whose words a text holds. */
export type Source = z.infer<typeof sourceSchema>

/** Why a call gave no result. */
export const failureKindSchema = z.enum([
  'invalid',
  'unknown-tool',
  'denied',
  'unavailable',
  'timeout',
  'cancelled',
  'failed',
])

/** One of {@link failureKindSchema}. */
export type FailureKind = z.infer<typeof failureKindSchema>

/** How a call ended. */
export const outcomeSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    output: z.json(),
    /** What a check after the run found; absent when the tool has none. */
    verification: z.object({ passed: z.boolean(), detail: z.string() }).optional(),
    /** Whose words the output holds, where strangers could have put them there. */
    source: sourceSchema.optional(),
  }),
  z.object({
    status: z.literal('error'),
    error: z.object({ kind: failureKindSchema, message: z.string(), hint: z.string().optional() }),
    source: sourceSchema.optional(),
  }),
])

/** How a call ended. */
export type Outcome = z.infer<typeof outcomeSchema>

/** How a turn ended. */
export const turnStatusSchema = z.enum(['completed', 'stopped', 'cancelled', 'failed'])

/** `stopped` means a limit ended it, with what it had. */
export type TurnStatus = z.infer<typeof turnStatusSchema>

/** Tokens as the model's provider counted them; absent numbers were not reported. */
export const usageSchema = z.object({
  inputTokens: z.number().int().nonnegative().optional(),
  outputTokens: z.number().int().nonnegative().optional(),
})

/** Tokens used. */
export type Usage = z.infer<typeof usageSchema>

/** A remembered record that answers a query, with where it came from. */
export const memoryHitSchema = z.object({
  id: z.string(),
  content: z.string(),
  kind: z.enum(['fact', 'event', 'preference', 'procedure', 'summary']),
  /** Relevance, comparable within one answer. Higher is better. */
  score: z.number(),
  source: z.object({
    author: z.enum(['user', 'agent', 'tool', 'import']),
    channel: z.string().optional(),
    sessionId: z.string().optional(),
    turnId: z.string().optional(),
    /** ms since the epoch. */
    at: z.number(),
  }),
  verification: z.enum(['inferred', 'stated', 'verified']),
  /** Range [0, 1]. */
  confidence: z.number(),
})

/** A remembered record that answers a query. */
export type RecalledMemory = z.infer<typeof memoryHitSchema>

/** A task of the agent's list. Times in ms since the epoch. */
export const planStepSchema = z.object({
  text: z.string().trim().min(1).max(1_000),
  status: z.enum(['open', 'in_progress', 'done', 'dropped']),
})

/** A task of the agent's list. */
export const taskSchema = z.object({
  id: z.number().int().positive(),
  title: z.string(),
  notes: z.string(),
  status: z.enum(['open', 'in_progress', 'done', 'abandoned']),
  priority: z.number().int(),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** How it is gone about, kept across conversations; absent where nothing is planned. */
  plan: z.array(planStepSchema).max(50).optional(),
})

/** A task of the agent's list. */
export type Task = z.infer<typeof taskSchema>

/** A call that waits for a person, or was decided by one. */
export const approvalSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  turnId: z.string(),
  callId: z.string(),
  tool: z.string(),
  input: z.json(),
  effect: effectSchema,
  risk: riskSchema,
  /** What approving for the session would cover, such as `run_command: git status`. */
  grant: z.string(),
  requestedAt: z.number(),
  expiresAt: z.number(),
  status: z.enum(['pending', 'approved', 'denied', 'expired', 'cancelled']),
})

/** A call that waits for a person, or was decided by one. */
export type Approval = z.infer<typeof approvalSchema>

/** A person's answer to an {@link Approval}. */
export const decisionSchema = z.object({
  decision: z.enum(['approve', 'deny']),
  /** How far an approval reaches. */
  scope: z.enum(['once', 'session']).default('once'),
  /** Runs this input in place of the one that was asked about. */
  input: z.json().optional(),
  /** Told to the model. */
  reason: z.string().max(2_000).optional(),
})

/** A person's answer to an {@link Approval}. */
export type Decision = z.infer<typeof decisionSchema>

/** A question the agent put to its human. */
export const questionSchema = z.object({
  id: z.string(),
  /** Where it is asked; for work done alone that is where a person last spoke. */
  sessionId: z.string(),
  /** The turn that waits. One that is `callId` is none: work done alone asks. */
  turnId: z.string(),
  callId: z.string(),
  question: z.string(),
  options: z.array(z.string()),
  askedAt: z.number(),
})

/** A question the agent put to its human. */
export type Question = z.infer<typeof questionSchema>

/** A conversation, without its messages. */
export const sessionSchema = z.object({
  id: z.string(),
  title: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
  messageCount: z.number().int(),
  /** Whether a turn runs or waits for a person in it. */
  active: z.boolean(),
})

/** A conversation, without its messages. */
export type SessionSummary = z.infer<typeof sessionSchema>

const call = { callId: z.string(), tool: z.string() }

/** How a step was to be done, as the substrate saw fit; the fields are those of its `Controls`. */
const controlsSchema = z.object({
  toolBudget: z.number().int(),
  contextFraction: z.number(),
  temperature: z.number().optional(),
  exploration: z.number(),
  timeoutFactor: z.number(),
  verification: z.enum(['normal', 'strict']),
  vigilance: z.number(),
  approvalShift: z.number().int(),
  retrievalLimit: z.number().int(),
  askHuman: z.boolean(),
  stop: z.object({ cause: z.string(), reason: z.string() }).optional(),
})

/** What a substrate made of a call. */
const observedSchema = z.object({
  ...call,
  /** A second look at a result that had counted as true, and does not hold. */
  again: z.literal(true).optional(),
  /** Place in which it was made among the calls of its reply, from 1. */
  rank: z.number().int(),
  outcome: z.enum(['ok', 'error', 'timeout', 'denied', 'invalid', 'cancelled']),
  errorKind: z.string().optional(),
  /** Whether its result was checked. */
  checked: z.boolean(),
  /** Absent where nothing ran. */
  latencyMs: z.number().optional(),
  /** Time before it ran, in ms: waiting for a person, or for its turn. */
  waitedMs: z.number(),
  /** What kind of work the request is, in a word. */
  situation: z.string(),
  tier: z.enum(['fast', 'standard', 'capable']).optional(),
  /** What the tool asks for; absent where nothing limits its time. */
  baseTimeoutMs: z.number().optional(),
  /** Before the outcome was known: chance that a correct call is answered, and the time limit. */
  forecast: z.number(),
  /** Whether it was answered, truly or not: what the forecast is about; absent for a call that says nothing of its tool. */
  answered: z.boolean().optional(),
  timeoutMs: z.number().optional(),
  /** Surprise, what a right forecast expected of it, both in bits, and the excess squashed to [0, 1]. */
  bits: z.number(),
  expectedBits: z.number(),
  level: z.number(),
  spiked: z.boolean(),
  /** After it was learnt from. */
  regime: z.enum(['exploit', 'balanced', 'explore', 'conservative']),
  doubt: z.number(),
  modulators: z.object({ dopamine: z.number(), noradrenaline: z.number(), serotonin: z.number() }),
  /** Reliability of the tool with its 95 % interval; absent while beliefs are off. */
  belief: z.object({ calls: z.number(), mean: z.number(), low: z.number(), high: z.number() }).optional(),
})

const batchSchema = z.array(z.object(call))

/** The data of each event, by its name. */
export const eventSchemas = {
  'turn:started': z.object({
    input: z.string(),
    channel: z.string(),
    /** A client made one call; nobody said anything. */
    direct: z.literal(true).optional(),
    budgets: z
      .object({ maxCalls: z.number(), maxTokens: z.number(), maxCostUsd: z.number(), maxWorkMs: z.number() })
      .optional(),
  }),
  'memory:recalled': z.object({ hits: z.array(memoryHitSchema) }),
  'step:started': z.object({
    step: z.number().int(),
    regime: z.string(),
    tier: z.string(),
    controls: controlsSchema.optional(),
  }),
  /** What the model is about to see, in tokens as they are counted here. */
  'context:assembled': z.object({
    step: z.number().int(),
    /** Of the model, reply included. */
    contextTokens: z.number(),
    /** Kept free for the reply. */
    reserveTokens: z.number(),
    tools: z.number().int(),
    toolTokens: z.number(),
    history: z.object({ shownTurns: z.number(), omittedTurns: z.number(), tokens: z.number() }),
    /** Parts beside the conversation, with how many items of each fitted, and how many were left out. */
    sections: z.array(z.object({ name: z.string(), tokens: z.number(), shown: z.number(), dropped: z.number() })),
    /** Everything. */
    tokens: z.number(),
    /** What stood before the person's words; absent where it is as it was in the step before. */
    records: z.string().optional(),
  }),
  'text:streamed': z.object({ delta: z.string() }),
  'reasoning:streamed': z.object({ delta: z.string() }),
  'call:requested': z.object({ ...call, input: z.json(), effect: effectSchema }),
  'approval:requested': z.object({ approval: approvalSchema }),
  'approval:resolved': z.object({
    approvalId: z.string(),
    ...call,
    status: approvalSchema.shape.status,
    reason: z.string().optional(),
  }),
  'question:asked': z.object({ question: questionSchema }),
  'question:answered': z.object({ questionId: z.string(), answer: z.string() }),
  'call:started': z.object({ ...call, input: z.json() }),
  'call:progressed': z.object({ ...call, text: z.string() }),
  'call:finished': z.object({ ...call, outcome: outcomeSchema, durationMs: z.number() }),
  /** A result that had counted as true did not hold when it was looked at again. */
  'call:refuted': z.object({ ...call, outcome: outcomeSchema }),
  'call:observed': observedSchema,
  'regime:changed': z.object({ from: z.string(), to: z.string(), why: z.string(), doubt: z.number() }),
  /** A reply that wrote several times counted as a whole. */
  'batch:kept': z.object({ calls: batchSchema }),
  /** A reply that wrote several times was taken back as a whole; `calls` are those whose effect is gone. */
  'batch:undone': z.object({ calls: batchSchema, reason: z.string() }),
  'step:finished': z.object({
    step: z.number().int(),
    model: z.string(),
    usage: usageSchema,
    costUsd: z.number().optional(),
  }),
  'turn:resumed': z.object({}),
  'turn:finished': z.object({
    status: turnStatusSchema,
    text: z.string(),
    /** What ended a turn that did not complete, in a sentence for a person. */
    reason: z.string().optional(),
    /** Code of the error that failed it. */
    code: z.string().optional(),
    steps: z.number().int(),
    calls: z.number().int(),
    usage: usageSchema,
    durationMs: z.number(),
  }),
} as const

/** Names and data of what happens in a turn. */
export type TurnEvents = { [Name in keyof typeof eventSchemas]: z.infer<(typeof eventSchemas)[Name]> }

/** One thing that happened in a turn, with its place in the order of all. */
export type AgentEvent = {
  [Name in keyof TurnEvents]: {
    readonly name: Name
    /** Ascends over the whole agent, across restarts. */
    readonly sequence: number
    /** ms since the epoch. */
    readonly at: number
    readonly sessionId: string
    readonly turnId: string
    readonly data: TurnEvents[Name]
  }
}[keyof TurnEvents]

/** The agent as a whole. */
export const agentStatusSchema = z.object({
  version: z.string(),
  /** Home folder. */
  home: z.string(),
  /** Folder that file tools and commands work in. */
  workspace: z.string(),
  /** ms since the process was ready. */
  uptimeMs: z.number(),
  model: z.object({
    /** What answers next, such as `gpt-oss:20b`. */
    name: z.string(),
    provider: z.string(),
    /** Whether rules answer, because no language model is connected. */
    reflex: z.boolean(),
    slots: z.array(z.json()),
  }),
  regime: z.string(),
  counts: z.object({ memories: z.number(), openTasks: z.number(), sessions: z.number(), pendingApprovals: z.number() }),
  /** Since the agent was first started, as far as providers reported it. */
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number(), costUsd: z.number() }),
})

/** The agent as a whole. */
export type AgentStatus = z.infer<typeof agentStatusSchema>

/** One recorded call. */
export const auditEntrySchema = z.object({
  sequence: z.number(),
  at: z.number(),
  sessionId: z.string(),
  turnId: z.string(),
  callId: z.string(),
  tool: z.string(),
  /** Without secrets, at most 500 characters. */
  input: z.string(),
  /** `ok`, `unverified`, the code of a command such as `exit 1`, or the kind of failure. */
  result: z.string(),
  previousHash: z.string(),
  hash: z.string(),
})

/** Whether the record of calls is as it was written. */
export const chainStateSchema = z.object({
  intact: z.boolean(),
  checked: z.number(),
  brokenAt: z.number().optional(),
  sealedUpTo: z.number().optional(),
})
