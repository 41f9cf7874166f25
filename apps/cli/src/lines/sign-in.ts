/** Stands in for a node that does not let us in yet: an editor can be told how to sign in, and no more. */

import { describeAgent } from '@salp/agent/acp'
import { SalpError } from '@salp/core'
import { z } from 'zod'
import type { CarryDeps, NodeLines } from './carry-lines.js'

/** What signing in asks of the application. */
export interface SignInDeps {
  readonly stdout: CarryDeps['stdout']
  readonly version: string
  /** What the person is told to do. */
  readonly instructions: string
  /** Tries to get in. @throws ApiError of status 401 while the token is missing or wrong. */
  open(): Promise<NodeLines>
}

const requestSchema = z.looseObject({ id: z.union([z.number(), z.string()]), method: z.string() })
const authRequired = -32_000

/**
 * Answers an editor until it has signed in, then gives the connection, introduced as the editor introduced itself.
 *
 * @returns Nothing if the editor left first.
 */
export async function signIn(
  { stdout, version, instructions, open }: SignInDeps,
  input: AsyncIterator<Uint8Array>,
): Promise<NodeLines | undefined> {
  const answer = (message: object): void => void stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const refuse = (id: string | number, message: string): void => answer({ id, error: { code: authRequired, message } })
  let introduction: string | undefined
  const decoder = new TextDecoder()
  let rest = ''
  // Not by a loop over `input`, which would end it: the rest of it is for the node.
  for (;;) {
    const end = rest.indexOf('\n')
    if (end < 0) {
      const { value, done } = await input.next()
      if (done === true) return undefined
      rest += decoder.decode(value, { stream: true })
      continue
    }
    const line = rest.slice(0, end)
    rest = rest.slice(end + 1)
    const request = requestSchema.safeParse(parseJson(line)).data
    if (request === undefined) continue
    const { id, method } = request
    if (method === 'initialize') {
      introduction = line
      const authMethods = [{ id: 'token', name: 'Token of the node', description: instructions }]
      answer({ id, result: { ...describeAgent(version), authMethods } })
    } else if (method === 'authenticate') {
      try {
        const node = await open()
        if (introduction !== undefined) await introduce(node, introduction)
        answer({ id, result: {} })
        if (rest !== '') await node.send(Buffer.from(rest))
        return node
      } catch (error) {
        if (!SalpError.is(error, 'agent/token')) throw error
        refuse(id, instructions)
      }
    } else refuse(id, instructions)
  }
}

/** Sends the introduction, and keeps the answer to it, which the editor has had, to ourselves. */
async function introduce(node: NodeLines, introduction: string): Promise<void> {
  await node.send(Buffer.from(`${introduction}\n`))
  const reader = node.lines.getReader()
  const newline = 0x0a
  for (let read = await reader.read(); !read.done && read.value.at(-1) !== newline; ) read = await reader.read()
  reader.releaseLock()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
