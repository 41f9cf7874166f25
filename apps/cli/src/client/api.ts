/** Typed requests to a node. It is of the same release, so its answers are trusted. */

import type {
  AgentEvent,
  AgentStatus,
  Approval,
  AuditEntry,
  ChainState,
  ContextView,
  Decision,
  ExplainInput,
  Explanation,
  Question,
  RecalledMemory,
  ReplayReport,
  SessionSummary,
  Task,
  Work,
  WorkOrder,
} from '@salp/agent'
import type { McpServerView } from '@salp/agent/mcp'
import type { UndoableTurn, UndoneFile } from '@salp/agent/node'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { type A2aApi, createA2aApi } from './a2a-api.js'
import { NodeSilentError, toApiError } from './api-error.js'
import { type CartridgeApi, createCartridgeApi } from './cartridge-api.js'
import { createGatewayApi, type GatewayApi } from './gateway-api.js'
import { queryOf } from './query.js'
import { createRoutinesApi, type RoutinesApi } from './routines-api.js'
import type { RequestOptions, Send, SendOptions } from './send.js'
import type { TranscriptMessage } from './transcript-message.js'
import { createWalletApi, type WalletApi } from './wallet-api.js'

/** A setting and where it came from. */
export interface SettingEntry {
  readonly path: string
  readonly value: unknown
  readonly source: string
  readonly origin: string
}

/** What a turn is begun with. */
export interface TurnRequest {
  readonly sessionId?: string | undefined
  readonly text: string
  /** Nobody can be asked. */
  readonly unattended: boolean
}

/** What may change in a task. */
export type TaskChange = { readonly [Key in 'title' | 'notes' | 'priority' | 'status']?: Task[Key] | undefined }

/** Every request there is. Each rejects with an {@link ApiError}, a {@link NodeSilentError} or the signal's reason. */
export interface Api {
  readonly url: string
  readonly wallet: WalletApi
  readonly gateway: GatewayApi
  readonly a2a: A2aApi
  readonly cartridges: CartridgeApi
  readonly routines: RoutinesApi
  status(options?: RequestOptions): Promise<AgentStatus>
  settings(): Promise<{ entries: SettingEntry[] }>
  /** Calls, the newest first, and whether the record of them is intact. @param options - `all`: as far as the first. */
  audit(options?: { limit?: number; all?: boolean }): Promise<{ entries: AuditEntry[]; chain: ChainState }>
  /** Turns whose changes of files can be taken back, the newest first. */
  undoable(): Promise<{ turns: UndoableTurn[] }>
  /** Puts the files of a turn back as they were. */
  undo(turnId: string): Promise<{ files: UndoneFile[] }>
  /** What partners know this agent by. */
  policyKey(): Promise<{ publicKey: string }>
  /** What policy says of a call, which is not made. */
  explain(call: ExplainInput): Promise<Explanation>
  sessions(limit: number): Promise<{ sessions: SessionSummary[] }>
  session(id: string): Promise<{ session: SessionSummary; messages: TranscriptMessage[] }>
  deleteSession(id: string): Promise<void>
  /** What the model saw in the last turn of a session, or in another one. */
  context(sessionId: string, turn: string | undefined): Promise<ContextView>
  stop(sessionId: string): Promise<{ stopped: boolean }>
  /** Replays a session; `without` and `with` name modules, joined by commas. */
  replay(sessionId: string, modules: { without?: string | undefined; with?: string | undefined }): Promise<ReplayReport>
  approvals(): Promise<{ approvals: Approval[] }>
  decide(id: string, decision: Partial<Decision> & Pick<Decision, 'decision'>): Promise<Approval>
  questions(): Promise<{ questions: Question[] }>
  answer(id: string, answer: string): Promise<void>
  /** Without `query` the newest. */
  memories(search: { query?: string | undefined; limit: number }): Promise<{ hits: RecalledMemory[] }>
  remember(memory: {
    content: string
    kind?: string | undefined
    tags?: readonly string[] | undefined
    readonly channel: string
  }): Promise<{ id: string; status: 'added' | 'known' }>
  forget(id: string): Promise<void>
  mcpServers(): Promise<{ servers: McpServerView[] }>
  /** Takes a tool of an MCP server as it is now. */
  agreeToTool(server: string, tool: string): Promise<void>
  /** Begins to sign in to an MCP server: the address to open, unless no person is needed. */
  loginToServer(server: string): Promise<{ address?: string }>
  /** Forgets the tokens of an MCP server. */
  logoutOfServer(server: string): Promise<void>
  /** Takes the address that a browser came back to. */
  authorizeServer(address: string): Promise<{ server: string }>
  tasks(status: 'open' | 'done' | 'all'): Promise<{ tasks: Task[] }>
  createTask(task: Pick<TaskChange, 'title' | 'notes' | 'priority'>): Promise<Task>
  /** All work that the agent was asked to do alone. */
  work(): Promise<{ work: Work[] }>
  taskWork(id: number): Promise<Work>
  startWork(id: number, order: WorkOrder): Promise<Work>
  stopWork(id: number): Promise<Work>
  changeTask(id: number, change: TaskChange): Promise<Task>
  /** Begins a turn and follows it; it goes on when the reader leaves. */
  turn(request: TurnRequest, options?: RequestOptions): AsyncGenerator<AgentEvent>
  /** Follows everything, from after the event `after`, or from now. The first thing it gives is `'connected'`. */
  events(options?: RequestOptions & { after?: number | undefined }): AsyncGenerator<AgentEvent | 'connected'>
}

/** What the client asks of the application. */
export interface ApiDeps {
  readonly fetch: typeof globalThis.fetch
}

/** Where a node is, and the secret that it takes. */
export interface Endpoint {
  readonly url: string
  readonly token: string
}

/** How the client behaves. */
export interface ApiOptions {
  /** Finds the node again once nobody answers any more; a request that cannot have been taken is then sent there. */
  readonly find?: (() => Promise<Endpoint>) | undefined
}

/** Creates the client of a node. */
export function createApi({ fetch }: ApiDeps, at: Endpoint, { find }: ApiOptions = {}): Api {
  let endpoint = at
  const sendOnce = async (method: string, path: string, { body, signal, once }: SendOptions): Promise<Response> => {
    const { url, token } = endpoint
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(once === true && { connection: 'close' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    }).catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new NodeSilentError(url, cause)
    })
    if (!response.ok) throw await toApiError(response)
    return response
  }
  const send: Send['send'] = async (method, path, options = {}) => {
    try {
      return await sendOnce(method, path, options)
    } catch (error) {
      const mayRepeat = error instanceof NodeSilentError && (method === 'GET' || error.refused)
      if (!mayRepeat || find === undefined) throw error
      endpoint = await find()
      return sendOnce(method, path, options)
    }
  }
  const request: Send['request'] = async (method, path, options) => {
    const response = await send(method, path, options)
    return response.status === 204 ? undefined : await response.json()
  }
  async function* stream(response: Response, signal: AbortSignal | undefined): AsyncGenerator<AgentEvent> {
    if (response.body === null) return
    try {
      const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
      for await (const { data } of messages) yield JSON.parse(data) as AgentEvent
    } catch (cause) {
      signal?.throwIfAborted()
      throw new NodeSilentError(endpoint.url, cause)
    }
  }
  const item = (collection: string, id: string | number): string => `/api/${collection}/${encodeURIComponent(id)}`

  return {
    get url() {
      return endpoint.url
    },
    wallet: createWalletApi({ request, send }),
    gateway: createGatewayApi({ request, send }),
    a2a: createA2aApi({ request, send }),
    cartridges: createCartridgeApi({ request, send }),
    routines: createRoutinesApi({ request, send }),
    // The first request of most commands: a connection kept open after it could be closed while the next one is sent.
    status: (options) => request('GET', '/api/status', { ...options, once: true }),
    settings: () => request('GET', '/api/config'),
    audit: ({ limit = 1, all = false } = {}) => request('GET', `/api/audit?limit=${limit}&all=${all}`),
    undoable: () => request('GET', '/api/undo'),
    undo: (turnId) => request('POST', `${item('turns', turnId)}/undo`),
    policyKey: () => request('GET', '/api/policy/key'),
    explain: (body) => request('POST', '/api/policy/explain', { body }),
    sessions: (limit) => request('GET', `/api/sessions?limit=${limit}`),
    session: (id) => request('GET', item('sessions', id)),
    context: (id, turn) => request('GET', `${item('sessions', id)}/context${queryOf({ turn })}`),
    deleteSession: (id) => request('DELETE', item('sessions', id)),
    stop: (sessionId) => request('POST', `${item('sessions', sessionId)}/stop`),
    replay: (id, modules) => request('GET', `${item('cognition/replay', id)}${queryOf(modules)}`),
    approvals: () => request('GET', '/api/approvals'),
    decide: (id, body) => request('POST', item('approvals', id), { body }),
    questions: () => request('GET', '/api/questions'),
    answer: (id, answer) => request('POST', item('questions', id), { body: { answer } }),
    memories: ({ query = '', limit }) =>
      request('GET', `/api/memory?${new URLSearchParams({ query, limit: String(limit) })}`),
    remember: (body) => request('POST', '/api/memory', { body }),
    forget: (id) => request('DELETE', item('memory', id)),
    mcpServers: () => request('GET', '/api/mcp/servers'),
    agreeToTool: (server, tool) => request('POST', `${item('mcp/servers', server)}/agree`, { body: { tool } }),
    loginToServer: (server) => request('POST', `${item('mcp/servers', server)}/login`),
    logoutOfServer: (server) => request('POST', `${item('mcp/servers', server)}/logout`),
    authorizeServer: (address) => request('POST', '/api/mcp/authorize', { body: { address } }),
    tasks: (status) => request('GET', `/api/tasks?status=${status}`),
    createTask: (body) => request('POST', '/api/tasks', { body }),
    work: () => request('GET', '/api/work'),
    taskWork: (id) => request('GET', `${item('tasks', id)}/work`),
    startWork: (id, body) => request('POST', `${item('tasks', id)}/work`, { body }),
    stopWork: (id) => request('POST', `${item('tasks', id)}/work/stop`),
    changeTask: (id, body) => request('PATCH', item('tasks', id), { body }),
    async *turn(body, { signal } = {}) {
      yield* stream(await send('POST', '/api/turns', { body: { ...body, channel: 'cli' }, signal }), signal)
    },
    async *events({ after, signal } = {}) {
      const response = await send('GET', `/api/events${after === undefined ? '' : `?after=${after}`}`, { signal })
      yield 'connected'
      yield* stream(response, signal)
    },
  }
}
