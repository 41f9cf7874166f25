/** An agent served to the official client of the Agent Client Protocol, over a pair of streams, for tests. */

import {
  type ActiveSession,
  type ClientApp,
  type ClientCapabilities,
  type ClientConnection,
  client,
  type InitializeResponse,
  methods,
  ndJsonStream,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionNotification,
  type SessionUpdate,
} from '@agentclientprotocol/sdk/unstable'
import { migrate } from '@salp/core'
import { stoppedClock } from '@salp/core/testing'
import { createSessionPlaces, type PlacesDeps, placesMigrations } from '../acp/places.js'
import { type AcpDeps, type AcpServing, serveAcp } from '../acp/serve-acp.js'
import { openPlace } from '../node/open-place.js'
import { createTestAgent, type TestAgent, type TestAgentOptions } from './test-agent.js'

/** What a test may say of the editor. */
export interface TestAcpOptions extends TestAgentOptions {
  readonly folder: string
  /** Answers permission requests. @defaultValue allows once */
  readonly onPermission?: (
    request: RequestPermissionRequest,
    signal: AbortSignal,
  ) => RequestPermissionResponse | Promise<RequestPermissionResponse>
  /** What the editor can do. */
  readonly capabilities?: ClientCapabilities
  /** Adds handlers to the editor. */
  readonly editor?: (app: ClientApp) => ClientApp
  readonly open?: PlacesDeps['open']
}

/** The agent and its editor. */
export interface TestAcp extends TestAgent, AsyncDisposable {
  readonly editor: ClientConnection
  readonly initialized: InitializeResponse
  readonly serving: AcpServing
  readonly deps: AcpDeps
  /** Everything that the editor was told. */
  readonly told: SessionNotification[]
  readonly permissions: RequestPermissionRequest[]
  /** Ends the editor's side of the stream, as a process that dies does. */
  leave(): Promise<void>
  session(): Promise<ActiveSession>
  /** Connects one more editor to the same agent. */
  connect(change?: Partial<TestAcpOptions>): Promise<TestEditor>
  /** What a session was told of one kind. */
  updates<Kind extends SessionUpdate['sessionUpdate']>(kind: Kind): Extract<SessionUpdate, { sessionUpdate: Kind }>[]
}

/** One editor. */
type TestEditor = Pick<TestAcp, 'editor' | 'initialized' | 'serving' | 'told' | 'permissions' | 'leave'>

/** Creates the agent, connects the editor and initializes. */
export async function createTestAcp(options: TestAcpOptions): Promise<TestAcp> {
  const {
    folder,
    open = (request) =>
      openPlace({ clock: stoppedClock(0), protect: [], environment: {}, openServers: unneeded }, request),
    ...rest
  } = options
  let places: ReturnType<typeof createSessionPlaces> | undefined
  const made = createTestAgent({
    tools: () => [],
    ...rest,
    workspace: folder,
    surroundings: async (sessionId) => places?.surroundings(sessionId),
  })
  const { agent, db, clock, log } = made
  migrate(db, 'agent-places', placesMigrations)
  places = createSessionPlaces({ db, folder, open })
  const deps: AcpDeps = {
    ...{ agent, places, clock, log, version: '1.2.3' },
    status: () => Promise.reject(new Error('not asked for here')),
    memory: {
      remember: async () => ({ status: 'added' }),
      recall: async () => ({ hits: [] }),
    },
  }

  const connect = async (change: Partial<TestAcpOptions> = {}): Promise<TestEditor> => {
    const { onPermission = allowOnce, capabilities = {}, editor: add } = { ...options, ...change }
    const up = new TransformStream<Uint8Array, Uint8Array>()
    const down = new TransformStream<Uint8Array, Uint8Array>()
    const serving = serveAcp(deps, ndJsonStream(down.writable, up.readable), { contextTokens: 32_768 })
    const told: SessionNotification[] = []
    const permissions: RequestPermissionRequest[] = []
    const app = client({ name: 'editor' })
      .onNotification(methods.client.session.update, ({ params }) => void told.push(params))
      .onRequest(methods.client.session.requestPermission, ({ params, signal }) => {
        permissions.push(params)
        return onPermission(params, signal)
      })
    const editor = (add?.(app) ?? app).connect(ndJsonStream(up.writable, down.readable))
    const initialized = await editor.agent.request(methods.agent.initialize, {
      protocolVersion: 1,
      clientCapabilities: capabilities,
    })
    const leave = async (): Promise<void> => {
      editor.close()
      await up.writable.close().catch(() => undefined)
      await serving.closed
    }
    return { editor, initialized, serving, told, permissions, leave }
  }
  const first = await connect()
  return {
    ...made,
    deps,
    ...first,
    connect,
    session: () => first.editor.agent.buildSession(folder).start(),
    updates: (kind) =>
      first.told.flatMap(({ update }) =>
        update.sessionUpdate === kind ? [update as Extract<SessionUpdate, { sessionUpdate: typeof kind }>] : [],
      ),
    async [Symbol.asyncDispose]() {
      await first.leave()
      await agent.close()
      db.close()
    },
  }
}

function unneeded(): never {
  throw new Error('No server is opened here')
}

/** Allows once. */
function allowOnce({ options }: RequestPermissionRequest): RequestPermissionResponse {
  return choose(options, 'allow_once')
}

/** Chooses the option of a kind. */
export function choose(
  options: RequestPermissionRequest['options'],
  kind: RequestPermissionRequest['options'][number]['kind'],
): RequestPermissionResponse {
  const optionId = options.find((option) => option.kind === kind)?.optionId ?? ''
  return { outcome: { outcome: 'selected', optionId } }
}
