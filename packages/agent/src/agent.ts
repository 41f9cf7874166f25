/** One mind: sessions, turns, governance and what was learnt, over one database. */

import type { LanguageModelV4, LanguageModelV4Message } from '@ai-sdk/provider'
import {
  createSubstrate,
  type Forecaster,
  type Injections,
  injectionText,
  type SubstrateModules,
  type SubstrateState,
} from '@salp/cognition'
import {
  type Clock,
  createEventBus,
  type IdSource,
  type Logger,
  type Redactor,
  type Rng,
  SalpError,
  type SqlDatabase,
  type Subscriber,
} from '@salp/core'
import { createCompactor, type Summarizer } from './context/compactor.js'
import { createTokenEstimator, type TokenEstimator } from './context/tokens.js'
import { type AuditLog, type AuditSealer, createAuditLog, createAuditQueue, type Sha256 } from './governance/audit.js'
import { createCapabilities, type Narrowing, narrowingSchema } from './governance/capability.js'
import { type GovernOptions, govern } from './governance/govern.js'
import { createHearing } from './governance/heard.js'
import {
  type AirGap,
  decideTier,
  leavesMachine,
  type PolicyRule,
  type PolicyState,
  type Ruling,
} from './governance/policy.js'
import type { SecondKey } from './governance/second-key.js'
import { speakerOf } from './governance/source.js'
import { refusalOfImages, type TurnImage, toImagePart } from './images.js'
import type { Outcome, RecalledMemory, Risk, SessionSummary } from './protocol.js'
import { type Approvals, createApprovals } from './session/approvals.js'
import { type AgentEventMap, createFeed } from './session/feed.js'
import { createQuestions, type Questions } from './session/questions.js'
import { createSessionStore, type OpenTurn, SessionError, type SessionStore } from './session/store.js'
import type { Speculator } from './speculation.js'
import type { Surroundings } from './surroundings.js'
import { createTasks, type Tasks } from './tasks.js'
import { type Capability, type JsonValue, type Tool, ToolError } from './tool.js'
import { createToolbox, joinTools, type Toolbox } from './toolbox.js'
import { callDirectly } from './turn/direct-call.js'
import { TurnCancelled, TurnSuspended } from './turn/interruption.js'
import { type TurnLimits, turnLimitsSchema } from './turn/limits.js'
import { createLiveTurns, type LiveTurn } from './turn/live-turns.js'
import { refuseTurn } from './turn/refuse-turn.js'
import { runTurn } from './turn/run-turn.js'
import type { TurnResult } from './turn/running-turn.js'
import { keepSaid } from './turn/say.js'
import { createSteering } from './turn/steering.js'

/** What an agent asks of memory. */
export interface TurnMemory {
  recall(
    query: string,
    options: { limit: number; signal: AbortSignal },
  ): Promise<{ readonly hits: readonly RecalledMemory[] }>
}

/** Parts of the agent that its tools may need. */
export interface ToolParts {
  readonly questions: Questions
  readonly tasks: Tasks
}

/** What an agent asks of the application. */
export interface AgentDeps {
  /** With the tables of `agentMigrations`. */
  readonly db: SqlDatabase
  readonly clock: Clock
  readonly rng: Rng
  readonly ids: IdSource
  readonly log: Logger
  readonly redactor: Redactor
  readonly sha256: Sha256
  /** Signs checkpoints of the record of calls. @defaultValue nothing is signed */
  readonly sealer?: AuditSealer | undefined
  readonly model: LanguageModelV4
  /** Counts tokens. @defaultValue an estimate by characters, corrected by what providers report */
  readonly tokens?: TokenEstimator | undefined
  /** Writes down what long conversations came to. @defaultValue that is picked from what was said */
  readonly summarizer?: Summarizer | undefined
  readonly memory: TurnMemory
  /** Lets a reply that writes several times count as a whole: when one call fails, the others are undone. */
  readonly speculator?: Speculator | undefined
  /** Expects in place of the substrate how calls will go. @defaultValue the substrate itself */
  readonly forecaster?: Forecaster | undefined
  /** Rules of a file that may change while it runs; they come before those of the options. @defaultValue none */
  policy?(): PolicyState
  /** Asks the peers that rules of tier `two-key` name. @defaultValue nobody can be asked, and such calls are refused */
  readonly secondKey?: SecondKey | undefined
  /** Makes the tools. */
  tools(parts: ToolParts): readonly Tool[]
  /** What a session has of its own, asked for at the start of each turn; nothing where it is like the others. */
  surroundings?(sessionId: string): Promise<Surroundings | undefined>
  /** Why nothing may run now, when an operator has paused the agent. */
  paused?(): string | undefined
  /** Runs the work of a turn, or of one call, within whatever the application wants to know of it. @defaultValue as it is */
  within?<T>(place: { readonly sessionId: string; readonly turnId: string }, work: () => Promise<T>): Promise<T>
}

/** How an agent behaves. */
export interface AgentOptions {
  /** Name it goes by. @defaultValue `Salp` */
  readonly name?: string | undefined
  /** Words of the operator on how to behave. */
  readonly instructions?: string | undefined
  /** Folder that file tools and commands work in, for the prompt. */
  readonly workspace: string
  /** Tokens of the model's context. @defaultValue `32_768` */
  readonly contextTokens?: number | undefined
  readonly limits?: Partial<TurnLimits> | undefined
  /** Rules on what may run without asking; the first that fits decides. */
  readonly policy?: readonly PolicyRule[] | undefined
  /** Who speaks to this mind, for rules: `owner`, or `stranger`. @defaultValue `owner`, and `peer` on surfaces of other agents */
  readonly user?: string | undefined
  /** Keeps every call on this machine. @defaultValue the network may be used */
  readonly airGap?: AirGap | undefined
  /** Whether calls that words of strangers may have decided are asked about, whatever rules and grants say. @defaultValue `true` */
  readonly taint?: boolean | undefined
  /** How long a person has to approve, in ms. @defaultValue 1 day */
  readonly approvalExpiryMs?: number | undefined
  readonly governance?: GovernOptions | undefined
  /** Base temperature of the model, which the substrate moves. @defaultValue the model's own */
  readonly temperature?: number | undefined
  /** What the substrate may put into the prompt, each piece by a flag of its own. @defaultValue nothing */
  readonly injections?: { readonly [Name in keyof Injections]?: boolean | undefined } | undefined
  /** Cognitive modules switched off or on. */
  readonly modules?: { readonly [Name in keyof SubstrateModules]?: boolean | undefined } | undefined
}

/** Something said to the agent. */
export interface TurnInput {
  /** @defaultValue a new session */
  readonly sessionId?: string | undefined
  readonly text: string
  /** PNG, JPEG, GIF or WebP; up to 10, of 5 MB each and 12 MB together. @defaultValue none */
  readonly images?: readonly TurnImage[] | undefined
  /** Surface it came from, such as `studio` or `cli`. */
  readonly channel: string
  /** What was said before, where the client keeps the conversation. Only for a new session. */
  readonly history?: readonly LanguageModelV4Message[] | undefined
  /** Nobody can be asked: calls that need approval are denied at once. */
  readonly unattended?: boolean | undefined
  /** Takes away of what the turn may do. @defaultValue nothing, and payments of a turn that nobody attends */
  readonly may?: Narrowing | undefined
}

/** Something that the agent says of itself. */
export interface ToldTurn {
  /** Made if there is none of that id. */
  readonly sessionId: string
  /** Of a session that is made. */
  readonly title: string
  /** What brought it about; stands where a person's words would. */
  readonly input: string
  readonly text: string
  readonly channel: string
}

/** A call of one tool, without the model. */
export interface CallInput {
  /** Made if there is none of that id. */
  readonly sessionId: string
  /** Of a session that is made. */
  readonly title: string
  readonly tool: string
  readonly input: JsonValue
  /** Surface it came from. */
  readonly channel: string
  /** Nobody can be asked: a call that needs approval is denied at once. */
  readonly unattended?: boolean | undefined
}

/** A call that policy is asked about. */
export interface ExplainInput {
  readonly tool: string
  readonly input: JsonValue
  /** @defaultValue `cli` */
  readonly surface?: string | undefined
  readonly user?: string | undefined
}

/** What policy says, and the words of the rule that said it. */
export interface Explanation extends Ruling {
  readonly risk: Risk
  readonly decidedBy?: PolicyRule | undefined
}

/** A call that runs. */
export interface LiveCall {
  readonly sessionId: string
  /** Its events and approvals carry this. */
  readonly turnId: string
  /** How it ended. */
  readonly outcome: Promise<Outcome>
}

/** A call without a turn, as others see it while it runs. */
export interface RunningCall extends Pick<CallInput, 'tool' | 'channel' | 'sessionId'> {
  readonly turnId: string
  /** ms since the epoch. */
  readonly startedAt: number
}

/** A running agent. */
export interface Agent {
  readonly events: Subscriber<AgentEventMap>
  readonly store: SessionStore
  readonly approvals: Approvals
  readonly questions: Questions
  readonly tasks: Tasks
  readonly audit: AuditLog
  readonly toolbox: Toolbox
  substrate(): SubstrateState
  /** Goes on with the turns that an earlier process left open. May be called twice. */
  start(): void
  /**
   * Begins a turn. It goes on when the caller leaves.
   *
   * @throws {@link InputError} (`agent/input`) for empty or oversized text or images, SessionError (`agent/session-busy`).
   */
  stream(input: TurnInput): LiveTurn
  /** Runs a turn to its end; an abort of `signal` cancels it. */
  turn(input: TurnInput, options?: { signal?: AbortSignal | undefined }): Promise<TurnResult>
  /** Makes one call under governance, beside any turn; an abort of `signal` cancels it. */
  call(input: CallInput, options: { signal: AbortSignal }): LiveCall
  /**
   * Tells what policy would say of a call, without making it. What is said in the session, and grants, count at the call alone.
   *
   * @throws {@link InputError} (`agent/input`) if there is no such tool, or the input does not fit it.
   */
  explain(question: ExplainInput): Promise<Explanation>
  /**
   * Says something without being asked and without a model: a turn that is whole at once, part of a transaction around it.
   *
   * @throws SessionError (`agent/session-busy`)
   */
  say(told: ToldTurn): void
  /** The calls that run beside any turn, oldest first. */
  calls(): RunningCall[]
  /** Cancels a call that runs beside any turn. @returns Whether there was one. */
  stopCall(turnId: string): boolean
  /** The turn that runs in a session. */
  running(sessionId: string): LiveTurn | undefined
  /** Cancels the turn that runs in a session. @returns Whether there was one. */
  stop(sessionId: string): boolean
  /** Removes a session, stopping its turn first. */
  remove(sessionId: string): Promise<void>
  /** Suspends what runs, so that a later process goes on with it, and keeps what was learnt. May be called twice. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Characters of one input. */
export const maxInputLength = 100_000

const day = 86_400_000

/** Creates an agent; nothing runs before `start()` or the first turn. */
export function createAgent(deps: AgentDeps, options: AgentOptions): Agent {
  const { db, clock, ids, rng, redactor, log } = deps
  const bus = createEventBus<AgentEventMap>({
    onError: (error, name) => log.warn('A listener failed', { event: name, error }),
  })
  const store = createSessionStore({ db, clock, ids })
  const feed = createFeed({ clock, store, bus })
  const approvals = createApprovals({ db, clock, ids, feed }, { expiryMs: options.approvalExpiryMs ?? day })
  const questions = createQuestions({ db, clock, ids, feed })
  const tasks = createTasks({ db, clock })
  const audit = createAuditLog({ db, clock, redactor, sha256: deps.sha256, sealer: deps.sealer })
  const audits = createAuditQueue(audit)
  const learnt = createLearntState(db)
  const substrate = createSubstrate(
    {
      clock,
      rng: rng.fork('substrate'),
      events: { publish: (name, event) => log.debug('Substrate', { event: name, ...event }) },
      forecaster: deps.forecaster,
    },
    { modules: options.modules, from: learnt.load(), temperature: options.temperature },
  )
  const keepLearnt = (): void => {
    try {
      learnt.save(substrate.snapshot())
    } catch (error) {
      log.error('What was learnt could not be kept', { error })
    }
  }
  const { unreliableTools = false, entries = false, lessons = false } = options.injections ?? {}
  const injections = { unreliableTools, entries, lessons }
  const steering = createSteering(substrate, { onLearnt: keepLearnt })
  const unattended = new Set<string>()
  const attended: Questions = {
    ...questions,
    ask: (question, choices, context) =>
      unattended.has(context.turnId)
        ? Promise.reject(new ToolError('Nobody is there to ask', { kind: 'denied' }))
        : questions.ask(question, choices, context),
  }
  const tools = deps.tools({ questions: attended, tasks })
  const toolbox = createToolbox(tools)
  const live = createLiveTurns(bus)
  const within: NonNullable<AgentDeps['within']> = (place, work) => deps.within?.(place, work) ?? work()
  const capabilities = createCapabilities({ clock })
  const scopes = createScopes(db)
  const rules = (): PolicyState => {
    const own = deps.policy?.() ?? { status: 'read', rules: [] }
    return own.status === 'broken' ? own : { status: 'read', rules: [...own.rules, ...(options.policy ?? [])] }
  }
  const userOf = (channel: string): string => options.user ?? (speakerOf(channel) === undefined ? 'owner' : 'peer')
  const governor = govern(
    {
      clock,
      redactor,
      auditLog: audits,
      timeoutMs: (tool, baseMs) => substrate.timeoutMs(tool, baseMs),
      looksTwice: steering.looksTwice,
      hearing: options.taint === false ? undefined : createHearing(store),
      policy: {
        rules,
        userOf,
        airGap: options.airGap,
        approvalShift: (turnId) => substrate.controls({ turnId }).approvalShift,
        paused: () => deps.paused?.(),
      },
      approver: {
        granted: approvals.granted,
        request: (request, signal) =>
          unattended.has(request.turnId)
            ? Promise.resolve({ status: 'unattended' })
            : approvals.request(request, signal),
      },
      capabilities,
      secondKey: deps.secondKey,
      sha256: deps.sha256,
      onFault: (tool, error) => log.error('A tool broke', { tool, error }),
    },
    options.governance,
  )
  const tokens = deps.tokens ?? createTokenEstimator()
  const compactor = createCompactor({ db, clock, log, count: tokens.count, summarizer: deps.summarizer })
  const turnDeps = {
    store,
    feed,
    governor,
    audits,
    model: deps.model,
    toolbox,
    steering,
    speculator: deps.speculator,
    clock,
    ids,
    log,
    tokens,
    digest: compactor.lines,
    ended: compactor.update,
    redactor,
    injected: () => (Object.values(injections).includes(true) ? injectionText(substrate.state(), injections) : ''),
    attends: (turnId: string) => !unattended.has(turnId),
    recall: async (text: string, recallOptions: { limit: number; signal: AbortSignal }) =>
      (await deps.memory.recall(text, recallOptions)).hits,
    openTasks: (limit: number) => tasks.list('open').slice(0, limit),
  }
  const turnOptions = {
    name: options.name ?? 'Salp',
    instructions: options.instructions,
    workspace: options.workspace,
    contextTokens: options.contextTokens ?? 32_768,
    limits: { ...turnLimitsSchema.parse({}), ...options.limits },
  }
  const calls = new Map<string, LiveCall & { readonly running: RunningCall; readonly controller: AbortController }>()
  let closing: Promise<void> | undefined

  /** What a turn may do: all, less what was taken away, and less money where nobody looks. */
  const authorityOf = ({ id, unattended: alone }: Pick<OpenTurn, 'id' | 'unattended'>): Capability => {
    const whole = capabilities.mint(id)
    const safe = alone ? capabilities.narrow(whole, { maxSpend: 0 }) : whole
    const asked = scopes.of(id)
    return asked === undefined ? safe : capabilities.narrow(safe, asked)
  }

  const run = async (turn: OpenTurn, signal: AbortSignal): Promise<TurnResult> => {
    let own: Surroundings | undefined
    try {
      own = await deps.surroundings?.(turn.sessionId)
    } catch (error) {
      log.warn('A turn could not begin', { turnId: turn.id, error })
      return refuseTurn({ store, feed }, turn, error)
    }
    const capability = authorityOf(turn)
    try {
      return await within({ sessionId: turn.sessionId, turnId: turn.id }, () =>
        runWith(own, { turn, capability, signal }),
      )
    } finally {
      capabilities.revoke(capability, 'its turn has ended')
      if (!(signal.reason instanceof TurnSuspended)) scopes.drop(turn.id)
    }
  }

  const runWith = (
    own: Surroundings | undefined,
    { turn, capability, signal }: { turn: OpenTurn; capability: Capability; signal: AbortSignal },
  ): Promise<TurnResult> => {
    if (own === undefined) return runTurn(turnDeps, { ...turnOptions, capability }, turn, signal)
    const { workspace = turnOptions.workspace, speculator = own.workspace ? undefined : deps.speculator } = own
    const joined = { ...turnDeps, speculator, toolbox: createToolbox(joinTools(tools, own.tools)) }
    return runTurn(joined, { ...turnOptions, workspace, capability }, turn, signal)
  }

  const launch = (turn: OpenTurn): LiveTurn => {
    if (turn.unattended) unattended.add(turn.id)
    return live.launch(turn, store.turnEvents(turn.id), (signal) =>
      run(turn, signal).finally(() => unattended.delete(turn.id)),
    )
  }

  const begin = (said: TurnInput): LiveTurn => {
    const { sessionId, text, images = [], channel, history = [], unattended: alone = false, may } = said
    if (closing !== undefined) throw new RangeError('Cannot begin a turn: the agent is closed')
    if (text.trim() === '') throw new InputError('it is empty')
    if (text.length > maxInputLength)
      throw new InputError(`it has ${text.length} characters, at most ${maxInputLength} are taken`)
    const refused = refusalOfImages(images)
    if (refused !== undefined) throw new InputError(refused)
    if (sessionId !== undefined && live.get(sessionId) !== undefined) throw new SessionError('busy', sessionId)
    const clean = redactor.text(text.toWellFormed())
    const turn = store.transaction(() => {
      const session = openSession(store, sessionId, clean)
      const opened = {
        id: ids(),
        sessionId: session.id,
        channel,
        input: clean,
        startedAt: clock.now(),
        unattended: alone,
      }
      for (const message of history) store.addMessage(session.id, 'history', message)
      store.openTurn(opened)
      if (may !== undefined) scopes.keep(opened.id, may)
      store.addMessage(session.id, opened.id, {
        role: 'user',
        content: [{ type: 'text', text: clean }, ...images.map(toImagePart)],
      })
      return opened
    })
    return launch(turn)
  }

  const say = ({ sessionId, title, input, text, channel }: ToldTurn): void => {
    if (live.get(sessionId) !== undefined) throw new SessionError('busy', sessionId)
    store.transaction(() => {
      if (store.get(sessionId) === undefined) store.create({ id: sessionId, title })
      keepSaid(
        { store, feed },
        { id: ids(), sessionId, channel, input, startedAt: clock.now(), unattended: true },
        redactor.text(text),
      )
    })
  }

  const call = (
    { sessionId, title, tool, input, channel, unattended: alone = false }: CallInput,
    { signal }: { signal: AbortSignal },
  ): LiveCall => {
    if (closing !== undefined) throw new RangeError('Cannot make a call: the agent is closed')
    if (store.get(sessionId) === undefined) store.create({ id: sessionId, title })
    const turnId = ids()
    const controller = new AbortController()
    if (alone) unattended.add(turnId)
    const capability = authorityOf({ id: turnId, unattended: alone })
    const made = { sessionId, turnId, channel, tool, input, capability }
    const outcome = Promise.resolve()
      .then(() =>
        within({ sessionId, turnId }, () => callDirectly(turnDeps, made, AbortSignal.any([signal, controller.signal]))),
      )
      .finally(() => {
        capabilities.revoke(capability, 'its call has ended')
        calls.delete(turnId)
        unattended.delete(turnId)
      })
    const running = { sessionId, turnId, tool, channel, startedAt: clock.now() }
    calls.set(turnId, { sessionId, turnId, outcome, running, controller })
    return { sessionId, turnId, outcome }
  }

  const close = (): Promise<void> => {
    closing ??= stopAll().then(compactor.close).then(keepLearnt)
    return closing
  }
  const stopAll = async (): Promise<void> => {
    const left = [...calls.values()]
    for (const { controller } of left) controller.abort(new TurnSuspended())
    await Promise.allSettled([live.stopAll(new TurnSuspended()), ...left.map(({ outcome }) => outcome)])
  }

  return {
    events: bus,
    store,
    approvals,
    questions,
    tasks,
    audit,
    toolbox,
    substrate: () => substrate.state(),
    start() {
      const open = store.openTurns()
      for (const turn of open) {
        if (live.get(turn.sessionId) === undefined) launch(turn)
      }
      // A call outside a turn ended with its process; nobody waits for the answer any more.
      for (const { id, turnId } of approvals.pending()) {
        if (!open.some((turn) => turn.id === turnId))
          approvals.decide(id, { decision: 'deny', scope: 'once', reason: 'the process ended before an answer came' })
      }
    },
    stream: begin,
    call,
    say,
    calls: () => [...calls.values()].map(({ running }) => running),
    stopCall(turnId) {
      const found = calls.get(turnId)
      found?.controller.abort(new TurnCancelled('A person stopped it'))
      return found !== undefined
    },
    async turn(input, { signal } = {}) {
      signal?.throwIfAborted()
      const turn = begin(input)
      const stop = (): void => live.stop(turn.sessionId, new TurnCancelled('The caller stopped it'))
      signal?.addEventListener('abort', stop, { once: true })
      try {
        return await turn.result
      } finally {
        signal?.removeEventListener('abort', stop)
      }
    },
    async explain({ tool: name, input, surface = 'cli', user }) {
      const tool = toolbox.get(name)
      if (tool === undefined) throw new InputError(`there is no tool "${name}"`, { what: 'call' })
      const parsed = tool.input.safeParse(input)
      if (!parsed.success)
        throw new InputError(`it does not fit ${name}: ${parsed.error.issues[0]?.message}`, { what: 'call' })
      const state = rules()
      const assessment = (await tool.assess?.(parsed.data)) ?? { risk: { level: 'low', reasons: [] } }
      const { risk } = assessment
      if (state.status === 'broken') return { tier: 'deny', why: `the policy cannot be read (${state.reason})`, risk }
      const leaves = options.airGap && leavesMachine(tool, parsed.data, options.airGap)
      if (leaves !== undefined) return { tier: 'deny', why: `${leaves}, and the agent is kept off the network`, risk }
      const asked = { tool, input: parsed.data, assessment, surface, user: user ?? userOf(surface) }
      const ruling = decideTier(asked, { rules: state.rules, shift: 0 })
      return { ...ruling, risk, decidedBy: ruling.rule === undefined ? undefined : state.rules[ruling.rule] }
    },
    running: (sessionId) => live.get(sessionId),
    stop(sessionId) {
      const running = live.get(sessionId) !== undefined
      live.stop(sessionId, new TurnCancelled('A person stopped it'))
      return running
    },
    async remove(sessionId) {
      live.stop(sessionId, new TurnCancelled('The session was deleted'))
      await live.get(sessionId)?.result
      store.remove(sessionId)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Keeps what was taken from turns, so that one that is gone on with gets no more than it had. */
function createScopes(db: SqlDatabase): {
  keep(turnId: string, narrowing: Narrowing): void
  of(turnId: string): Narrowing | undefined
  drop(turnId: string): void
} {
  const write = db.prepare('INSERT INTO agent_state (key, value) VALUES (?, ?)')
  const read = db.prepare<{ value: string }>('SELECT value FROM agent_state WHERE key = ?')
  const erase = db.prepare('DELETE FROM agent_state WHERE key = ?')
  return {
    keep: (turnId, narrowing) => void write.run(`may ${turnId}`, JSON.stringify(narrowingSchema.parse(narrowing))),
    of(turnId) {
      const row = read.get(`may ${turnId}`)
      return row === undefined ? undefined : narrowingSchema.parse(JSON.parse(row.value))
    },
    drop: (turnId) => void erase.run(`may ${turnId}`),
  }
}

/** Finds the session, or makes it: a client may bring an id of its own. */
function openSession(store: SessionStore, id: string | undefined, text: string): SessionSummary {
  const known = id === undefined ? undefined : store.get(id)
  const title = text.replace(/\s+/g, ' ').trim().slice(0, 60).toWellFormed()
  if (known === undefined) return store.create({ id, title })
  if (known.title === '') store.rename(known.id, title)
  return known
}

/** Keeps the substrate's snapshot between processes. */
function createLearntState(db: SqlDatabase): { load(): unknown; save(snapshot: unknown): void } {
  const read = db.prepare<{ value: string }>("SELECT value FROM agent_state WHERE key = 'substrate'")
  const write = db.prepare(
    "INSERT INTO agent_state (key, value) VALUES ('substrate', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  )
  return {
    load() {
      const row = read.get()
      return row === undefined ? undefined : JSON.parse(row.value)
    },
    save: (snapshot) => void write.run(JSON.stringify(snapshot)),
  }
}

/** Something said to the agent that it cannot take: `agent/input`. */
export class InputError extends SalpError {
  constructor(why: string, { what = 'message' }: { what?: 'message' | 'call' } = {}) {
    super('agent/input', `Cannot take the ${what}: ${why}`)
  }
}
