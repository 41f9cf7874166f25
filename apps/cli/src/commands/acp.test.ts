import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson } from '../testing/serve.js'

test('acp says that the node went away, and fails', async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: false })
  const ran = await runOnNode(
    ['acp'],
    (_, response) => {
      response.writeHead(200, { 'salp-connection': 'one' })
      response.end('{"jsonrpc":"2.0","method":"bye"}\n')
    },
    { stdin },
  )
  expect(ran).toMatchObject({ exitCode: 1, output: '{"jsonrpc":"2.0","method":"bye"}\n' })
  expect(ran.errors).toMatch(/Cannot go on without the node: it ended the connection/)
})

test('acp says why a node does not take it', async () => {
  const ran = await runOnNode(['acp'], (_, response) =>
    sendJson(response, { code: 'agent/route-unknown', detail: 'There is no POST /api/acp' }, 404),
  )
  expect(ran).toMatchObject({ exitCode: 1, output: '' })
  expect(ran.errors).toContain('There is no POST /api/acp')
})

test('acp speaks version 1, and the draft of 2 where it is asked for', async () => {
  const asked: (string | undefined)[] = []
  for (const words of [['acp'], ['acp', '--protocol', '2']])
    await runOnNode(words, ({ method, path }, response) => {
      if (method === 'POST') asked.push(path)
      sendJson(response, { code: 'agent/route-unknown', detail: 'There is none' }, 404)
    })
  expect(asked).toEqual(['/api/acp', '/api/acp-draft'])
  expect(await runOnNode(['acp', '--protocol', '3'], () => undefined)).toMatchObject({ exitCode: 2 })
})
