/** The process: reads what it is told, runs a node until it is asked to stop. */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type ServerType, serve } from '@hono/node-server'
import { describeError, SalpError } from '@salp/core'
import { loadConfig } from '@salp/core/node'
import { compose, type Node } from './compose.js'
import { type Home, homePath, openHome } from './home.js'
import { type Settings, settingsSchema } from './settings.js'

/** Exit codes: 1 something broke, 2 wrong use, 3 the home folder or the port is taken. */
const exitCodes = { broke: 1, usage: 2, taken: 3 } as const

const usage = `Runs an agent.

  --home DIR        home folder (default: SALP_HOME or ~/.salp)
  --port N          port, 0 for a free one (default: 4023)
  --host ADDRESS    address to listen on (default: 127.0.0.1)
  --workspace DIR   folder that file tools and commands work in (default: here)
  --set PATH=VALUE  any other setting, such as log.level=debug; may be repeated
  --quiet           says nothing when all is well
  --ready-json      says that it is ready as one line of JSON
  --help`

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

function readFlags() {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      workspace: { type: 'string' },
      set: { type: 'string', multiple: true },
      quiet: { type: 'boolean', default: false },
      'ready-json': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return values
}

type Flags = ReturnType<typeof readFlags>

async function main(): Promise<void> {
  const flags = readFlags()
  if (flags.help) return void console.log(usage)
  const home = openHome(homePath(flags.home ?? process.env.SALP_HOME))
  try {
    await run(home, flags)
  } catch (error) {
    home.release()
    throw error
  }
}

async function run(home: Home, flags: Flags): Promise<void> {
  const environment = process.env
  const config = loadConfig(settingsSchema, {
    file: home.config,
    environment,
    prefix: 'SALP',
    flags: toSettings(flags),
  })
  const node = await compose({ home, config, environment, version })
  const server = await listen(node, config.value.server)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : config.value.server.port
  const host = config.value.server.host.includes(':') ? `[${config.value.server.host}]` : config.value.server.host
  const url = `http://${host}:${port}`
  home.announce({ url, version, startedAt: Date.now() })
  node.start(url)
  stopOnSignal(node, server)
  tellReady(url, home, flags)
}

/** Flags as dotted settings. */
function toSettings({ port, host, workspace, set = [] }: Flags): Record<string, unknown> {
  const pairs = set.map((pair) => {
    const at = pair.indexOf('=')
    if (at < 1) throw new UsageError(`--set takes PATH=VALUE, not "${pair}"`)
    return [pair.slice(0, at), pair.slice(at + 1)] as const
  })
  return { 'server.port': port, 'server.host': host, workspace, ...Object.fromEntries(pairs) }
}

function listen(node: Node, { port, host }: Settings['server']): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: node.app.fetch, port, hostname: host }, () => resolve(server))
    server.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortError(port) : error),
    )
  })
}

function tellReady(url: string, home: Home, { quiet, 'ready-json': json }: Flags): void {
  if (json) return void console.log(JSON.stringify({ ready: true, url, home: home.path }))
  if (quiet) return
  console.log(`\n  Salp is ready: ${url}\n`)
  console.log(`  Home      ${home.path}`)
  console.log(`  Sign in   ${url}/?token=${home.token}   (from another browser)`)
  console.log('  Stop      Ctrl-C\n')
}

/** Ends in order on the first signal, at once on the second. */
function stopOnSignal(node: Node, server: ServerType): void {
  let stopping = false
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130)
    stopping = true
    server.close()
    await node.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop().catch(fail))
  }
}

/** Something asked for in a way that is not understood: `node/usage`. */
class UsageError extends SalpError {
  constructor(why: string) {
    super('node/usage', why)
  }
}

/** A port that another program has: `node/port-taken`. */
class PortError extends SalpError {
  constructor(port: number) {
    super(
      'node/port-taken',
      `Cannot listen on port ${port}: another program has it. Stop that, or start with --port N (0 takes a free one)`,
    )
  }
}

function fail(error: unknown): void {
  const code = SalpError.is(error) ? error.code : undefined
  const wrongUse =
    code === 'node/usage' ||
    code === 'core/config' ||
    code === 'agent/policy' ||
    code === 'node/policy' ||
    (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  const taken = code === 'node/home-taken' || code === 'node/port-taken'
  console.error(`\n  ${describeError(error).replaceAll('\n', '\n  ')}\n`)
  process.exit(taken ? exitCodes.taken : wrongUse ? exitCodes.usage : exitCodes.broke)
}

main().catch(fail)
