/** Finds the node of a home folder, or starts one for as long as it is needed. */

import { SalpError } from '@salp/core'
import type { Io } from '../io.js'
import { type Api, createApi, type Endpoint } from './api.js'
import { ApiError, NodeSilentError } from './api-error.js'
import { type HomePaths, readAnnouncement, readToken } from './home.js'
import { type NodeProcess, NodeStartError, startNode } from './node-process.js'

/** A node to talk to. */
export interface Connection {
  readonly api: Api
  /** Whether it was started for this, and ends with it. */
  readonly own: boolean
  readonly endpoint: Endpoint
  /** Stops the node if it is ours. May be called twice. */
  close(): Promise<void>
}

/** What connecting asks of the application. */
export type ConnectDeps = Pick<Io, 'clock' | 'environment' | 'fetch' | 'folder' | 'nodeProgram' | 'version'>

/** How to connect. */
export interface ConnectOptions {
  readonly home: HomePaths
  readonly signal: AbortSignal
  /** Called when a node has to be started, which takes a moment. */
  readonly onStarting: () => void
}

/** How long a running node may take to answer, in ms. */
const answerTimeoutMs = 3_000
/** How often a node that another program starts or stops is looked for, and how long in between, in ms. */
const attempts = 20
const pauseMs = 250

/**
 * Connects to the node of a home folder.
 *
 * A node that another command started for itself may end at any moment; one that is about to end is waited for.
 *
 * @throws {@link NodeStartError}, {@link NodeMismatchError} (`cli/node-mismatch`), or the signal's reason.
 */
export async function connect(deps: ConnectDeps, options: ConnectOptions): Promise<Connection> {
  const { home, signal, onStarting } = options
  for (let attempt = 1; ; attempt++) {
    const running = await findRunning(deps, home, signal)
    if (running !== undefined) return withSuccessor(deps, running, options)
    if (attempt === 1) onStarting()
    try {
      return await startNodeOn(deps, home, { signal })
    } catch (error) {
      if (!SalpError.is(error, 'cli/node-taken') || attempt >= attempts) throw error
      await deps.clock.sleep(pauseMs, { signal })
    }
  }
}

/** Connects to the node that runs on a home folder; gives nothing when none answers. */
export async function findRunning(
  { fetch, version }: Pick<ConnectDeps, 'fetch' | 'version'>,
  home: HomePaths,
  signal: AbortSignal,
): Promise<Connection | undefined> {
  const announcement = readAnnouncement(home)
  const token = readToken(home)
  if (announcement === undefined || token === undefined) return undefined
  const endpoint = { url: announcement.url, token }
  const api = createApi({ fetch }, endpoint)
  try {
    await api.status({ signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]) })
  } catch (error) {
    signal.throwIfAborted()
    // Nobody there, or nobody who answers: what is written there is of a node that ended without tidying up.
    if (error instanceof NodeSilentError || (error instanceof DOMException && error.name === 'TimeoutError'))
      return undefined
    if (error instanceof ApiError && error.status === 401) {
      if (!isAlive(announcement.pid)) return undefined
      throw new NodeMismatchError(
        `the node at ${announcement.url} does not take the token of ${home.path}. Restart it, or remove ${home.node}`,
      )
    }
    throw error
  }
  if (announcement.version !== version) {
    throw new NodeMismatchError(
      `it is of version ${announcement.version}, this program of ${version}. Restart it with this one: salp run`,
    )
  }
  return { api, endpoint, own: false, close: async () => undefined }
}

/** Goes on with another node when the one that ran has ended, as that of another command may at any moment. */
function withSuccessor(deps: ConnectDeps, { endpoint }: Connection, options: ConnectOptions): Connection {
  let successor: Connection | undefined
  const find = async (): Promise<Endpoint> => {
    await successor?.close()
    successor = await connect(deps, options)
    return successor.endpoint
  }
  return { api: createApi(deps, endpoint, { find }), endpoint, own: false, close: async () => successor?.close() }
}

/**
 * Starts a node on a home folder that none runs on, with `folder` as its workspace.
 *
 * @param options - `settings`: `PATH=VALUE`, above what the folder and the environment say.
 * @throws {@link NodeStartError}, or the signal's reason.
 */
export async function startNodeOn(
  deps: ConnectDeps,
  home: HomePaths,
  { signal, settings }: { readonly signal: AbortSignal; readonly settings?: readonly string[] | undefined },
): Promise<Connection> {
  const { environment, fetch, folder, nodeProgram } = deps
  const node: NodeProcess = await startNode({
    program: nodeProgram(),
    home: home.path,
    workspace: folder,
    environment,
    settings,
    signal,
  })
  const token = readToken(home)
  if (token === undefined) {
    await node.stop()
    throw new NodeStartError('start', `it wrote no token to ${home.token}`)
  }
  const endpoint = { url: node.url, token }
  return { api: createApi({ fetch }, endpoint), endpoint, own: true, close: node.stop }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A node that runs but cannot be used: `cli/node-mismatch`. */
class NodeMismatchError extends SalpError {
  constructor(why: string) {
    super('cli/node-mismatch', `Cannot use the node that runs: ${why}`)
  }
}
