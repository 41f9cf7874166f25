import { systemClock } from '@salp/core/node'
import { scriptedModel } from '@salp/models/testing'
import { describe, expect, test } from 'vitest'
import { sendJson, serve } from '../testing/serve.js'
import { codeModel, findCodeModel } from './code-model.js'

const { signal } = new AbortController()

describe('codeModel()', () => {
  test('passes on what was said, leaves thinking out, and counts tokens', async () => {
    const model = scriptedModel([{ text: '<think>hm</think>\nSo.', usage: { input: 90, output: 10 } }])
    const said = [
      { role: 'user' as const, text: 'Why?' },
      { role: 'assistant' as const, text: 'Because.' },
    ]
    const reply = await codeModel(model, 'm').reply(said, { temperature: 0.5, signal })
    expect({ ...reply, text: reply.text.trim() }).toEqual({ text: 'So.', tokens: 100, costUsd: 0 })
    expect(model.calls[0]).toMatchObject({
      temperature: 0.5,
      prompt: [
        { role: 'user', content: [{ type: 'text', text: 'Why?' }] },
        { role: 'assistant', content: [{ type: 'text', text: 'Because.' }] },
      ],
    })
  })
})

describe('findCodeModel()', () => {
  test('asks the endpoint that is set', async () => {
    await using endpoint = await serve(({ path }, response) => {
      if (path === '/v1/models') return sendJson(response, { data: [{ id: 'small-7b' }] })
      sendJson(response, {
        ...{ id: 'c', object: 'chat.completion', created: 0, model: 'small-7b' },
        choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      })
    })
    const io = { clock: systemClock, environment: {}, fetch: globalThis.fetch }
    const model = await findCodeModel(io, { url: `${endpoint.url}/v1`, detect: false }, signal)
    expect(model.name).toBe('small-7b')
    expect(await model.reply([{ role: 'user', text: 'Hi' }], { temperature: 0, signal })).toEqual({
      ...{ text: 'Hello', tokens: 7, costUsd: 0 },
    })
    await expect(findCodeModel(io, { detect: false }, signal)).rejects.toThrow('There is no language model to ask')
    await expect(findCodeModel(io, { name: 'm', detect: false }, signal)).rejects.toThrow('Cannot find the model "m"')
  })
})
