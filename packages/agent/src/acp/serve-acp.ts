/** The agent for editors: the Agent Client Protocol over any stream of messages. */

import {
  type AgentConnection,
  type ClientCapabilities,
  agent as createApp,
  type InitializeResponse,
  type McpServer,
  methods,
  PROTOCOL_VERSION,
  RequestError,
  type SessionUpdate,
  type Stream,
} from '@agentclientprotocol/sdk/unstable'
import type { Clock, Logger } from '@salp/core'
import type { Agent } from '../agent.js'
import type { SessionSummary } from '../protocol.js'
import { answerIn, answerSchema, toCallId } from './answer-form.js'
import { beginTurn, checkedPrompt } from './begin-turn.js'
import { type Editor, type FollowDeps, followTurn, type OpenSession } from './follow-turn.js'
import { guarded } from './guarded.js'
import { lendMachine } from './lend-machine.js'
import { listSessions } from './list-sessions.js'
import { isMode, type ModeId, modeOption, modeOptions, modeState } from './modes.js'
import type { SessionPlaces } from './places.js'
import { replaySession } from './replay-session.js'
import { currentSession, knownSession, openNew } from './sessions.js'
import { available, type CommandDeps, runCommand } from './slash-commands.js'
import { followStandingQuestions } from './standing-questions.js'

/** What serving asks of the application. */
export interface AcpDeps extends Pick<CommandDeps, 'status' | 'memory'> {
  readonly agent: Agent
  readonly places: SessionPlaces
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Logger
  /** Of the agent. */
  readonly version: string
}

/** How it is served. */
export interface AcpOptions {
  /** Tokens that the model reads at most. */
  readonly contextTokens: number
}

/** A connection to an editor. */
export interface AcpServing {
  /** When the editor has left. What it was asked is denied by then, and its turns go on. */
  readonly closed: Promise<void>
  close(): void
}

/** What an editor is told of the agent when it connects. */
export function describeAgent(version: string): InitializeResponse {
  return {
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: { name: 'salp', title: 'Salp', version },
    agentCapabilities: {
      loadSession: true,
      promptCapabilities: { embeddedContext: true, image: true },
      mcpCapabilities: { http: true },
      sessionCapabilities: { list: {}, delete: {}, fork: {}, resume: {}, close: {} },
    },
    authMethods: [],
  }
}

/** Serves one editor. Who is at the other end of `stream` has been let in already: the connection is the credential. */
export function serveAcp(deps: AcpDeps, stream: Stream, options: AcpOptions): AcpServing {
  const { agent, places, log } = deps
  const sessions = new Map<string, OpenSession>()
  let capabilities: ClientCapabilities = {}

  const tell = (sessionId: string, update: SessionUpdate): Promise<void> =>
    connection.client.notify(methods.client.session.update, { sessionId, update })

  /** For what nobody waits for: an editor that has left misses it. */
  const tellLater = (sessionId: string, update: SessionUpdate): void =>
    void tell(sessionId, update).catch(() => undefined)

  const editor: Editor = {
    tell,
    askPermission: (request, cancellationSignal) =>
      connection.client.request(methods.client.session.requestPermission, request, {
        ...{ cancellationSignal, stopWaitingOnCancel: true },
      }),
    async askForm({ sessionId, callId, message, options: choices }, cancellationSignal) {
      const response = await connection.client.request(
        methods.client.elicitation.create,
        { mode: 'form', message, sessionId, ...toCallId(callId), requestedSchema: answerSchema(choices) },
        { cancellationSignal, stopWaitingOnCancel: true },
      )
      return answerIn(response)
    },
  }
  const following = (): FollowDeps => ({
    agent,
    editor,
    gone: connection.signal,
    forms: capabilities.elicitation?.form != null,
    contextTokens: options.contextTokens,
    log,
  })

  const open = async (
    id: string,
    { cwd, mcpServers, additionalDirectories = [] }: OpenRequest,
  ): Promise<ReturnType<typeof opened>> => {
    if (additionalDirectories.length > 0)
      throw RequestError.invalidParams(undefined, 'A session works in one folder; additionalDirectories is not taken')
    const machine = lendMachine(
      {
        client: connection.client,
        gone: connection.signal,
        after: (ms) => {
          const timer = new AbortController()
          const over = new AbortController()
          deps.clock.sleep(ms, { signal: timer.signal }).then(
            () => over.abort(),
            () => undefined,
          )
          return { signal: over.signal, cancel: () => timer.abort() }
        },
        onTerminal(callId, terminalId) {
          const update = sessions.get(id)?.seen?.writer.showTerminal(callId, terminalId)
          if (update !== undefined) tellLater(id, update)
        },
      },
      id,
      capabilities,
    )
    const place = await places.open(id, { folder: cwd, machine, servers: mcpServers ?? [] })
    const before = sessions.get(id)
    const session: OpenSession = { id, place, mode: before?.mode ?? 'ask', seen: before?.seen }
    sessions.set(id, session)
    await before?.place.close()
    // An editor knows the session once it has read the response, so this comes after it.
    setTimeout(() => {
      if (connection.signal.aborted) return
      tellLater(id, { sessionUpdate: 'available_commands_update', availableCommands: available() })
      standing.put(id)
    })
    return opened(session)
  }

  const known = (sessionId: string): SessionSummary => knownSession(agent.store, sessionId)
  const current = (sessionId: string): OpenSession => currentSession(sessions, sessionId)
  const leave = async (sessionId: string): Promise<void> => {
    const session = sessions.get(sessionId)
    sessions.delete(sessionId)
    await session?.place.close()
  }
  const setMode = (session: OpenSession, id: string): ModeId => {
    if (!isMode(id)) throw RequestError.invalidParams({ modeId: id }, `There is no mode "${id}"`)
    session.mode = id
    return id
  }

  const app = createApp({ name: 'salp' })
    .onRequest(methods.agent.initialize, ({ params }) => {
      capabilities = params.clientCapabilities ?? {}
      return describeAgent(deps.version)
    })
    .onRequest(methods.agent.authenticate, ({ params }) => {
      throw RequestError.invalidParams({ methodId: params.methodId }, 'Nothing is to be authenticated here')
    })
    .onRequest(
      methods.agent.session.new,
      guarded(({ params }) => openNew(agent.store, agent.store.create().id, (sessionId) => open(sessionId, params))),
    )
    .onRequest(
      methods.agent.session.load,
      guarded(async ({ params }) => {
        const { sessionId } = params
        known(sessionId)
        const state = await open(sessionId, params)
        const session = current(sessionId)
        const running = agent.running(sessionId)
        const { folder } = session.place
        for (const { update } of replaySession(agent.store, { sessionId, running: running?.turnId, folder }))
          await tell(sessionId, update)
        if (running !== undefined) {
          session.seen = undefined
          // Nobody waits for the end of a turn that no prompt of this editor began.
          followTurn(following(), session, running).catch((error: unknown) =>
            log.debug('A turn is not followed any more', { sessionId, error }),
          )
        }
        return state
      }),
    )
    .onRequest(
      methods.agent.session.resume,
      guarded(async ({ params }) => {
        known(params.sessionId)
        return open(params.sessionId, params)
      }),
    )
    .onRequest(
      methods.agent.session.fork,
      guarded(async ({ params }) => {
        const { title } = known(params.sessionId)
        const { store } = agent
        const sessionId = store.transaction(() => {
          const { id } = store.create({ title })
          for (const { turnId, message } of store.messages(params.sessionId)) store.addMessage(id, turnId, message)
          return id
        })
        return openNew(store, sessionId, (id) => open(id, params))
      }),
    )
    .onRequest(methods.agent.session.list, ({ params }) => listSessions({ agent, places }, params))
    .onRequest(
      methods.agent.session.close,
      guarded(async ({ params: { sessionId } }) => {
        current(sessionId)
        agent.stop(sessionId)
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
    .onRequest(methods.agent.session.setMode, ({ params: { sessionId, modeId } }) => {
      const mode = setMode(current(sessionId), modeId)
      tellLater(sessionId, { sessionUpdate: 'config_option_update', configOptions: modeOptions(mode) })
      return {}
    })
    .onRequest(methods.agent.session.setConfigOption, ({ params: { sessionId, configId, value } }) => {
      const session = current(sessionId)
      if (configId !== modeOption) throw RequestError.invalidParams({ configId }, `There is no option "${configId}"`)
      const currentModeId = setMode(session, String(value))
      tellLater(sessionId, { sessionUpdate: 'current_mode_update', currentModeId })
      return { configOptions: modeOptions(currentModeId) }
    })
    .onRequest(
      methods.agent.session.prompt,
      guarded(async ({ params: { sessionId, prompt }, signal }) => {
        const session = current(sessionId)
        const read = checkedPrompt(prompt)
        const answer = await runCommand(
          read.text,
          { ...deps, tasks: agent.tasks, questions: agent.questions },
          sessionId,
        )
        if (answer !== undefined) {
          await tell(sessionId, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: answer } })
          return { stopReason: 'end_turn' as const }
        }
        // A turn outlives the editor; only an editor that is there and asks for it stops it.
        const cancel = (): void => {
          if (!connection.signal.aborted) agent.stop(sessionId)
        }
        signal.addEventListener('abort', cancel, { once: true })
        try {
          const response = await followTurn(following(), session, beginTurn(agent, sessionId, read))
          const { title, updatedAt } = known(sessionId)
          tellLater(sessionId, {
            sessionUpdate: 'session_info_update',
            title,
            updatedAt: new Date(updatedAt).toISOString(),
          })
          return response
        } finally {
          signal.removeEventListener('abort', cancel)
        }
      }),
    )
    .onNotification(methods.agent.session.cancel, ({ params: { sessionId } }) => {
      if (sessions.has(sessionId)) agent.stop(sessionId)
    })
  const connection: AgentConnection = app.connect(stream)
  const standing = followStandingQuestions(agent, following, (sessionId) => sessions.has(sessionId))

  const closed = connection.closed.then(async () => {
    standing.close()
    const left = [...sessions.values()]
    sessions.clear()
    for (const { place } of left) {
      await place.close().catch((error: unknown) => log.warn('A place could not be closed', { error }))
    }
  })
  return { closed, close: () => connection.close() }
}

interface OpenRequest {
  readonly cwd: string
  readonly mcpServers?: readonly McpServer[] | undefined
  readonly additionalDirectories?: readonly string[] | undefined
}

function opened({ mode }: OpenSession) {
  return { modes: modeState(mode), configOptions: modeOptions(mode) }
}
