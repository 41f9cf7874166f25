/** The built program as a server of MCP, by the official client. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createPlace, type Place, program } from './salp.js'

let place: Place
beforeEach(() => {
  place = createPlace()
})
afterEach(() => place[Symbol.dispose]())

test.each(['legacy', 'auto'] as const)('salp mcp serves the official client (%s), and asks it', async (mode) => {
  const client = new Client(
    { name: 'agent', version: '1.0.0' },
    { capabilities: { elicitation: { form: {} } }, versionNegotiation: { mode } },
  )
  const asked: string[] = []
  client.setRequestHandler('elicitation/create', ({ params }) => {
    asked.push(params.message.split('\n')[0] ?? '')
    return { action: 'accept', content: { decision: 'approve' } }
  })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [program, 'mcp'],
      env: { ...place.environment },
      cwd: place.workspace,
    }),
  )
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['read_file', 'run_command', 'ask_salp']))
  expect(await client.callTool({ name: 'read_file', arguments: { path: 'hello.txt' } })).toMatchObject({
    content: [{ text: 'hello\n' }],
  })
  await client.callTool({ name: 'write_file', arguments: { path: 'new.txt', content: 'written' } })
  expect(readFileSync(join(place.workspace, 'new.txt'), 'utf8')).toBe('written')
  expect(asked).toEqual(['Salp wants to use write_file (medium risk: creates new.txt)'])
  await client.close()
})

test('salp mcp servers tells that none is set', async () => {
  expect((await place.salp('mcp', 'servers')).output).toBe(
    'No MCP server is set. Name one in mcp.servers of the configuration\n',
  )
  expect(await place.salp('mcp', 'agree', 'nobody', 'x')).toMatchObject({ exitCode: 1 })
})
