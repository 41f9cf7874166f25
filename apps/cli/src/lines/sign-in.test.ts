import { describe, expect, test } from 'vitest'
import { ApiError } from '../client/api-error.js'
import { createMemoryIo } from '../testing/memory-io.js'
import type { NodeLines } from './carry-lines.js'
import { signIn } from './sign-in.js'

const request = (id: number, method: string): string => `${JSON.stringify({ jsonrpc: '2.0', id, method })}\n`

async function* input(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** Signs in at a node that lets us in at the given attempt. */
async function attempt(chunks: AsyncGenerator<Uint8Array>, { opensAt }: { opensAt: number }) {
  const { io, output } = createMemoryIo()
  const sent: string[] = []
  let attempts = 0
  const lines = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from('{"id":1,"resu'))
      controller.enqueue(Buffer.from('lt":{}}\n'))
      controller.enqueue(Buffer.from('later\n'))
      controller.close()
    },
  })
  const node: NodeLines = { send: async (bytes) => void sent.push(Buffer.from(bytes).toString()), lines }
  const open = async (): Promise<NodeLines> => {
    if (++attempts < opensAt) throw new ApiError(401, 'agent/token', 'Sign in')
    return node
  }
  const signed = await signIn({ stdout: io.stdout, version: '1.2.3', instructions: 'Write it down', open }, chunks)
  const answers = output()
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
  return { signed, sent, answers }
}

describe('signIn()', () => {
  test('tells how, refuses everything else, and tries again', async () => {
    const chunks = input(
      request(1, 'initialize'),
      request(2, 'session/new'),
      'nonsense\n',
      request(3, 'authenticate'),
      request(4, 'authenticate'),
    )
    const { signed, sent, answers } = await attempt(chunks, { opensAt: 2 })
    expect(answers).toMatchObject([
      { id: 1, result: { protocolVersion: 1, authMethods: [{ id: 'token', description: 'Write it down' }] } },
      { id: 2, error: { code: -32000 } },
      { id: 3, error: { code: -32000, message: 'Write it down' } },
      { id: 4, result: {} },
    ])
    expect(sent).toEqual([request(1, 'initialize')])
    expect(await signed?.lines.getReader().read()).toMatchObject({ value: Buffer.from('later\n') })
  })

  test('passes on what came after, and leaves the rest of the input to be read', async () => {
    const chunks = input(`${request(1, 'initialize')}${request(2, 'authenticate')}${request(3, 'session/new')}`, 'more')
    const { sent } = await attempt(chunks, { opensAt: 1 })
    expect(sent).toEqual([request(1, 'initialize'), request(3, 'session/new')])
    expect(Buffer.from((await chunks.next()).value ?? '').toString()).toBe('more')
  })

  test('gives nothing when the editor leaves', async () => {
    expect((await attempt(input(request(1, 'initialize')), { opensAt: 9 })).signed).toBeUndefined()
  })
})
