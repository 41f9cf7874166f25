import type { AskAnswer } from '@salp/agent/a2a'
import { describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson } from '../testing/serve.js'

const url = 'https://agent.example.org'
const paid = { amount: '0.02 devUSD', payee: '0xpayee', transaction: '0xhash' }
const answered: AskAnswer = { agent: 'Other', state: 'completed', text: 'a \u001b[2Jsalp', taskId: 't', paid }

const send = (answer: object, words: readonly string[] = [], status = 200) =>
  runOnNode(['a2a', 'send', url, 'What is a salp?', ...words], (_, response) => sendJson(response, answer, status))

describe('salp a2a send', () => {
  test('prints the answer, which a terminal must not obey, and what it cost beside it', async () => {
    const { exitCode, output, errors, requests } = await send(answered, ['--max-price', '0.05'])
    expect([exitCode, output, errors]).toEqual([0, 'a ␛[2Jsalp\n', 'Paid 0.02 devUSD to 0xpayee, transaction 0xhash\n'])
    expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
      ['POST', '/api/a2a/ask', { url, message: 'What is a salp?', maxPrice: '0.05' }],
    ])
  })

  test('prints all of it as JSON', async () => {
    const { output, errors } = await send(answered, ['--json'])
    expect([JSON.parse(output), errors]).toEqual([answered, ''])
  })

  test('tells what was not answered by its exit code', async () => {
    expect(await send({ ...answered, state: 'failed', text: 'no', paid: undefined })).toMatchObject({
      ...{ exitCode: 1, output: 'no\n', errors: 'Other left the task failed\nIt cost nothing\n' },
    })
    const price = { code: 'agent/ask', detail: 'It asks for 0.02 devUSD, and no price was agreed to' }
    expect(await send(price, [], 409)).toMatchObject({ exitCode: 4, output: '', errors: `${price.detail}\n` })
    const silent = { code: 'agent/ask', detail: 'it gave no answer' }
    expect(await send(silent, [], 502)).toMatchObject({ exitCode: 1, errors: 'salp: it gave no answer\n' })
    expect(await send(silent, ['--max-price', '1'], 502)).toMatchObject({ exitCode: 6 })
  })

  test('refuses a price that is none before anything is sent', async () => {
    expect(await send(answered, ['--max-price', '1e9'])).toMatchObject({ exitCode: 2, requests: [] })
  })
})

describe('salp a2a card', () => {
  const card = {
    ...{ name: 'Other', version: '1', description: 'Does things' },
    skills: [{ name: 'Answer', description: 'Answers' }],
    supportedInterfaces: [{ url: `${url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
    capabilities: { extensions: [{ uri: 'https://pay', description: 'costs $1' }] },
  }

  test('shows the card of an agent, and of the own one without an address', async () => {
    for (const [words, path] of [
      [[url], `/api/a2a/card?url=${encodeURIComponent(url)}`],
      [[], '/api/a2a/card'],
    ] as const) {
      const { exitCode, output, requests } = await runOnNode(['a2a', 'card', ...words], (_, response) =>
        sendJson(response, card),
      )
      expect([exitCode, requests[0]?.path]).toEqual([0, path])
      expect(output).toMatchInlineSnapshot(`
        "Other 1
        Does things
          Asked at   https://agent.example.org/a2a (JSONRPC 1.0)
          Skill      Answer: Answers
          Extension  https://pay costs $1
        "
      `)
    }
  })
})
