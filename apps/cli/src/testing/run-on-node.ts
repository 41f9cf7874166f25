/** A command run to its end, against a node that answers as told. */

import { runCli } from '../cli.js'
import { createMemoryIo, type MemoryIoOptions } from './memory-io.js'
import { type ServedRequest, sendJson, serve } from './serve.js'
import { temporaryHome } from './temporary-home.js'

/** What a command did. */
export interface Ran {
  readonly exitCode: number
  readonly output: string
  readonly errors: string
  /** What it asked of the node, beside whether that is well. */
  readonly requests: readonly ServedRequest[]
}

/** Runs it. */
export async function runOnNode(
  words: readonly string[],
  answer: Parameters<typeof serve>[0],
  change: MemoryIoOptions = {},
): Promise<Ran> {
  using temporary = temporaryHome()
  await using server = await serve((request, response) => {
    if (request.path === '/api/status') return sendJson(response, {})
    return answer(request, response)
  })
  temporary.announce(server.url)
  const { io, output, errors } = createMemoryIo(change)
  const exitCode = await runCli(['--home', temporary.home.path, ...words], io)
  const requests = server.requests.filter(({ path }) => path !== '/api/status')
  return { exitCode, output: output(), errors: errors(), requests }
}
