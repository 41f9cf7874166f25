import type { McpServerView } from '@salp/agent/mcp'
import { describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson } from '../testing/serve.js'

const address = 'https://sign-in.test/authorize?state=1'
const notes = { name: 'notes', trust: 'none', tools: [] } as const
const open = { address, until: 600_000 }

/** Runs `mcp login notes` on a node whose servers look so, one look after another. */
async function login(looks: readonly Partial<McpServerView>[]) {
  const left = [...looks]
  const ran = await runOnNode(
    ['mcp', 'login', 'notes'],
    ({ path }, response) => {
      if (path === '/api/mcp/servers/notes/login') return sendJson(response, { address })
      const look = left.shift()
      return sendJson(response, { servers: look === undefined ? [] : [{ ...notes, ...look }] })
    },
    { clock: instantClock() },
  )
  expect(left).toEqual([])
  return ran
}

/** A clock on which no time is lost. */
function instantClock() {
  return { now: () => 0, monotonic: () => 0, sleep: async () => undefined }
}

describe('salp mcp login', () => {
  test('prints the address, and waits until the server is connected to', async () => {
    const { exitCode, output, errors } = await login([
      { status: 'unauthorized', authorize: open },
      { status: 'connecting' },
      { status: 'connected' },
    ])
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'Signed in to notes\n' })
    expect(errors).toContain(`\n\n  ${address}\n`)
  })

  test.each([
    [
      'its owner did not agree',
      { status: 'unauthorized', reason: 'the person did not agree' },
      'the person did not agree',
    ],
    [
      'it took too long, though it was connected',
      { status: 'connected', reason: 'it took too long' },
      'it took too long',
    ],
    ['the server cannot be reached', { status: 'failed', reason: 'no route' }, 'no route'],
    ['it is in the settings no more', undefined, 'it is not in the settings any more'],
  ] as const)('fails where %s', async (_, look, why) => {
    const looks = look === undefined ? [] : [look]
    const { exitCode, errors } = await login([{ status: 'unauthorized', authorize: open }, ...looks])
    expect(exitCode).toBe(1)
    expect(errors).toContain(`Cannot sign in to the MCP server "notes": ${why}`)
  })

  test('takes the address that a browser elsewhere came back to, and waits for none where no person is needed', async () => {
    const back = 'http://127.0.0.1:4023/oauth/callback?code=1&state=2'
    const pasted = await runOnNode(['mcp', 'login', 'notes', '--answer', back], (_, response) =>
      sendJson(response, { server: 'notes' }),
    )
    expect(pasted).toMatchObject({ exitCode: 0, output: 'Signed in to notes\n' })
    expect(pasted.requests).toMatchObject([{ method: 'POST', path: '/api/mcp/authorize', body: { address: back } }])
    const alone = await runOnNode(['mcp', 'login', 'jobs'], (_, response) => sendJson(response, {}))
    expect(alone).toMatchObject({ exitCode: 0, output: 'Signed in to jobs\n' })
    expect(alone.requests).toHaveLength(1)
  })
})

test('salp mcp logout forgets the tokens of a server', async () => {
  const { exitCode, output, requests } = await runOnNode(['mcp', 'logout', 'notes'], (_, response) => {
    response.writeHead(204)
    response.end()
  })
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'The tokens of notes are forgotten\n' })
  expect(requests).toMatchObject([{ method: 'POST', path: '/api/mcp/servers/notes/logout' }])
})
