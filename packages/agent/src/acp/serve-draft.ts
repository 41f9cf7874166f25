/** The agent for editors that speak the draft of version 2 of the Agent Client Protocol, as the official SDK has it today. */

import {
  type AgentConnection,
  type AvailableCommand,
  agent as createApp,
  type InitializeResponse,
  McpServer,
  methods,
  RequestError,
  type SessionUpdate,
  type StateUpdate,
  type Stream,
} from '@agentclientprotocol/sdk/experimental/v2'
import type * as first from '@agentclientprotocol/sdk/unstable'
import type { IdSource } from '@salp/core'
import type { LiveTurn } from '../turn/live-turns.js'
import { answerIn, answerSchema, toCallId } from './answer-form.js'
import { beginTurn, checkedPrompt } from './begin-turn.js'
import { createDraftWriter, type DraftWriter, toCall, toOptions } from './draft-updates.js'
import { type Editor, type FollowDeps, followTurn, type OpenSession } from './follow-turn.js'
import { guarded } from './guarded.js'
import { listSessions } from './list-sessions.js'
import { isMode, modeOption, modeOptions } from './modes.js'
import { replaySession } from './replay-session.js'
import type { AcpDeps, AcpOptions, AcpServing } from './serve-acp.js'
import { currentSession, knownSession, openNew } from './sessions.js'
import { available, runCommand } from './slash-commands.js'

/** What serving the draft asks of the application. */
export interface DraftDeps extends AcpDeps {
  /** Names what is said beside turns. */
  readonly ids: IdSource
}

interface DraftSession extends OpenSession {
  readonly writer: DraftWriter
  /** The turn that is followed, until its end was told. */
  following?: Promise<void> | undefined
  /** Requests that wait for the person. */
  waiting: number
}

/** What an editor is told of the agent when it connects. */
function describeDraftAgent(version: string): InitializeResponse {
  return {
    protocolVersion: 2,
    info: { name: 'salp', title: 'Salp', version },
    capabilities: {
      session: { prompt: { image: {}, embeddedContext: {} }, mcp: { stdio: {}, http: {} }, delete: {} },
    },
    authMethods: [],
  }
}

/** Serves one editor, whose connection is the credential. Files and commands are those of the machine: the draft lends none. */
export function serveAcpDraft(deps: DraftDeps, stream: Stream, options: AcpOptions): AcpServing {
  const { agent, places, log, ids } = deps
  const sessions = new Map<string, DraftSession>()
  let forms = false

  const tell = (sessionId: string, update: SessionUpdate): Promise<void> =>
    connection.client.notify(methods.client.session.update, { sessionId, update })
  const tellState = (sessionId: string, state: StateUpdate): Promise<void> =>
    tell(sessionId, { sessionUpdate: 'state_update', ...state })

  /** While nothing goes on without the person, the session says so. */
  const waitForPerson = async <T>(session: DraftSession, signal: AbortSignal, ask: () => Promise<T>): Promise<T> => {
    // Another asks, since the editor opened the session anew.
    if (!isOpen(session))
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    if (session.waiting++ === 0) await tellState(session.id, { state: 'requires_action' })
    try {
      return await ask()
    } finally {
      if (--session.waiting === 0 && session.following !== undefined && isOpen(session))
        await tellState(session.id, { state: 'running' }).catch(() => undefined)
    }
  }
  const isOpen = (session: DraftSession): boolean => sessions.get(session.id) === session
  const editorOf = (session: DraftSession, { turnId }: LiveTurn): Editor => ({
    async tell(sessionId, update) {
      for (const draft of isOpen(session) ? session.writer.write(turnId, update) : []) await tell(sessionId, draft)
    },
    askPermission: ({ sessionId, toolCall, options: choices }, signal) =>
      waitForPerson(session, signal, async () => {
        const { outcome } = await connection.client.request(
          methods.client.session.requestPermission,
          {
            sessionId,
            title: toolCall.title ?? 'Use a tool',
            subject: { type: 'tool_call', toolCall: toCall(toolCall) },
            options: choices,
          },
          { cancellationSignal: signal, stopWaitingOnCancel: true },
        )
        return { outcome: toOutcome(outcome) }
      }),
    askForm: ({ sessionId, callId, message, options: choices }, signal) =>
      waitForPerson(session, signal, async () => {
        const response = await connection.client.request(
          methods.client.elicitation.create,
          { mode: 'form', message, sessionId, ...toCallId(callId), requestedSchema: answerSchema(choices) },
          { cancellationSignal: signal, stopWaitingOnCancel: true },
        )
        return answerIn(response)
      }),
  })

  /** Follows a turn to its end, which is told as the state of the session; nobody waits for it. */
  const follow = (session: DraftSession, turn: LiveTurn): void => {
    const { id } = session
    const following: FollowDeps = {
      ...{ agent, editor: editorOf(session, turn), gone: connection.signal },
      ...{ forms, contextTokens: options.contextTokens, log },
    }
    session.following = followTurn(following, session, turn)
      .then(
        ({ stopReason }) => endings[stopReason],
        (error: unknown): StateUpdate => ({ state: 'idle', stopReason: 'error', error: toError(error) }),
      )
      .then(async (ended) => {
        session.following = undefined
        if (!isOpen(session)) return
        const found = agent.store.get(id)
        if (found !== undefined)
          await tell(id, {
            ...{ sessionUpdate: 'session_info_update', title: found.title },
            updatedAt: new Date(found.updatedAt).toISOString(),
          })
        await tellState(id, ended)
      })
      .catch((error: unknown) => log.debug('A turn is not followed any more', { sessionId: id, error }))
  }

  const open = async (id: string, { cwd, mcpServers = [], additionalDirectories = [] }: OpenRequest) => {
    if (additionalDirectories.length > 0)
      throw RequestError.invalidParams(undefined, 'A session works in one folder; additionalDirectories is not taken')
    const before = sessions.get(id)
    const place = await places.open(id, { folder: cwd, servers: mcpServers.map(toServer) })
    const mode = before?.mode ?? 'ask'
    const session: DraftSession = { id, place, mode, writer: createDraftWriter(), waiting: 0 }
    sessions.set(id, session)
    await before?.place.close()
    return { configOptions: toOptions(modeOptions(mode)), availableCommands: commands() }
  }
  const known = (sessionId: string): void => void knownSession(agent.store, sessionId)
  const current = (sessionId: string): DraftSession => currentSession(sessions, sessionId)
  /** Stops what runs, tells its end, and says nothing more of the session. */
  const leave = async (sessionId: string): Promise<void> => {
    const session = sessions.get(sessionId)
    if (session === undefined) return
    agent.stop(sessionId)
    await session.following
    sessions.delete(sessionId)
    await session.place.close()
  }

  const app = createApp({ name: 'salp' })
    .onRequest(methods.agent.initialize, ({ params }) => {
      forms = params.capabilities?.elicitation?.form != null
      return describeDraftAgent(deps.version)
    })
    .onRequest(
      methods.agent.session.new,
      guarded(({ params }) => openNew(agent.store, agent.store.create().id, (sessionId) => open(sessionId, params))),
    )
    .onRequest(
      methods.agent.session.resume,
      guarded(async ({ params }) => {
        const { sessionId, replayFrom } = params
        known(sessionId)
        if (replayFrom != null && replayFrom.type !== 'start')
          throw RequestError.invalidParams({ replayFrom }, 'Sessions are shown again from their start, or not at all')
        const state = await open(sessionId, params)
        const session = current(sessionId)
        const running = agent.running(sessionId)
        if (replayFrom != null) {
          const { folder } = session.place
          for (const { turnId, update } of replaySession(agent.store, { sessionId, running: running?.turnId, folder }))
            for (const draft of session.writer.write(turnId, update)) await tell(sessionId, draft)
        }
        await tellState(sessionId, running === undefined ? { state: 'idle' } : { state: 'running' })
        if (running !== undefined) follow(session, running)
        return state
      }),
    )
    .onRequest(methods.agent.session.list, ({ params }) => listSessions({ agent, places }, params))
    .onRequest(
      methods.agent.session.close,
      guarded(async ({ params: { sessionId } }) => {
        await leave(sessionId)
        return {}
      }),
    )
    .onRequest(
      methods.agent.session.delete,
      guarded(async ({ params: { sessionId } }) => {
        known(sessionId)
        await leave(sessionId)
        await agent.remove(sessionId)
        return {}
      }),
    )
    .onRequest(methods.agent.session.setConfigOption, ({ params: { sessionId, configId, value } }) => {
      const session = current(sessionId)
      if (configId !== modeOption) throw RequestError.invalidParams({ configId }, `There is no option "${configId}"`)
      const mode = String(value)
      if (!isMode(mode)) throw RequestError.invalidParams({ value: mode }, `There is no mode "${mode}"`)
      session.mode = mode
      return { configOptions: toOptions(modeOptions(mode)) }
    })
    .onRequest(
      methods.agent.session.prompt,
      guarded(async ({ params: { sessionId, prompt } }) => {
        const session = current(sessionId)
        // Kinds of content that only the draft has are refused as any other that is not taken.
        const read = checkedPrompt(prompt as first.ContentBlock[])
        const answer = await runCommand(
          read.text,
          { ...deps, tasks: agent.tasks, questions: agent.questions },
          sessionId,
        )
        if (answer !== undefined) {
          const messageId = ids()
          await tellState(sessionId, { state: 'running' })
          await tell(sessionId, { sessionUpdate: 'user_message', messageId, content: prompt })
          const content = [{ type: 'text' as const, text: answer }]
          await tell(sessionId, { sessionUpdate: 'agent_message', messageId, content })
          await tellState(sessionId, { state: 'idle', stopReason: 'end_turn' })
          return { messageId }
        }
        const answers = agent.running(sessionId) !== undefined
        const turn = beginTurn(agent, sessionId, read)
        const messageId = answers ? ids() : turn.turnId
        await tell(sessionId, { sessionUpdate: 'user_message', messageId, content: prompt })
        await tellState(sessionId, { state: 'running' })
        follow(session, turn)
        return { messageId }
      }),
    )
    .onNotification(methods.agent.session.cancel, ({ params: { sessionId } }) => {
      if (sessions.has(sessionId)) agent.stop(sessionId)
    })
  const connection: AgentConnection = app.connect(stream)

  const closed = connection.closed.then(async () => {
    const left = [...sessions.values()]
    sessions.clear()
    for (const { place } of left)
      await place.close().catch((error: unknown) => log.warn('A place could not be closed', { error }))
  })
  return { closed, close: () => connection.close() }
}

const endings: Readonly<Record<first.StopReason, StateUpdate>> = {
  end_turn: { state: 'idle', stopReason: 'end_turn' },
  max_tokens: { state: 'idle', stopReason: 'max_tokens' },
  max_turn_requests: { state: 'idle', stopReason: 'max_turn_requests' },
  refusal: { state: 'idle', stopReason: 'refusal' },
  cancelled: { state: 'idle', stopReason: 'cancelled' },
}

interface OpenRequest {
  readonly cwd: string
  readonly mcpServers?: readonly McpServer[] | undefined
  readonly additionalDirectories?: readonly string[] | undefined
}

function commands(): AvailableCommand[] {
  return available().map(({ name, description, input }) => ({
    ...{ type: 'command', name, description },
    ...(input != null && { input: { type: 'text', hint: input.hint } }),
  }))
}

/** A server, as the version before has it. */
function toServer(server: McpServer): first.McpServer {
  if (McpServer.isStdio(server))
    return { name: server.name, command: server.command, args: server.args ?? [], env: server.env ?? [] }
  if (McpServer.isHttp(server))
    return { type: 'http', name: server.name, url: server.url, headers: server.headers ?? [] }
  throw RequestError.invalidParams({ type: server.type }, `Servers of type "${server.type}" are not spoken to`)
}

/** An answer, as the version before has it: whatever is not known is no yes. */
function toOutcome(outcome: { readonly outcome: string; readonly optionId?: unknown }): first.RequestPermissionOutcome {
  return outcome.outcome === 'selected' && typeof outcome.optionId === 'string'
    ? { outcome: 'selected', optionId: outcome.optionId }
    : { outcome: 'cancelled' }
}

function toError(error: unknown): { code: number; message: string } {
  return error instanceof RequestError
    ? { code: error.code, message: error.message }
    : { code: -32603, message: 'The turn could not be followed' }
}
