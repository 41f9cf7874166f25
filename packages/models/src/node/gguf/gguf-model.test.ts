/**
 * The adapter, on a double of the library; and, where `node-llama-cpp` is installed, on the library itself with a file that
 * {@link tinyGguf} writes.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'
import { createRng, silentLogger } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCascade } from '../../cascade/cascade.js'
import { collect } from '../../testing/collect.js'
import { type LlamaAct, llamaDouble } from '../../testing/internal/llama-double.js'
import { tinyGguf } from '../../testing/internal/tiny-gguf.js'
import { type GgufModel, openGgufModel, slotFromGguf } from './gguf-model.js'
import { loadLlamaLibrary } from './library.js'

const log = silentLogger
let folder: string
let path: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'salp gguf '))
  path = join(folder, 'Tiny-3B-Q8_0.gguf')
  await writeFile(path, tinyGguf(['Hello', ' there', '.']))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const ask = (text: string, more: Partial<LanguageModelV4CallOptions> = {}): LanguageModelV4CallOptions => ({
  prompt: [{ role: 'user', content: [{ type: 'text', text }] }],
  ...more,
})
const lookUp: LanguageModelV4FunctionTool = {
  type: 'function',
  name: 'lookUp',
  description: 'Looks a word up',
  inputSchema: {
    type: 'object',
    properties: { word: { type: 'string' }, page: { type: 'integer' } },
    required: ['word'],
  },
}
const said = (parts: readonly LanguageModelV4StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('')
const usage = (input: number, output: number) => ({
  inputTokens: expect.objectContaining({ total: input }),
  outputTokens: expect.objectContaining({ total: output }),
})

describe('openGgufModel() with what cannot be used', () => {
  const open = (file: string) => openGgufModel({ log, library: llamaDouble([]) }, { path: file, contextTokens: 512 })

  test('tells of a missing file by its name', async () => {
    const missing = join(folder, 'missing.gguf')
    await expect(open(missing)).rejects.toMatchObject({ code: 'models/gguf', path: missing })
    await expect(open(missing)).rejects.toThrow(/missing\.gguf": it cannot be read .*ENOENT/)
  })

  test('tells of a file that is no GGUF, too short, or of a version that is not read', async () => {
    const other = join(folder, 'other.gguf')
    for (const [bytes, why] of [
      [Buffer.from('{"not": "a model"}'), /it is not a GGUF file/],
      [Buffer.from('GGUF'), /it is not a GGUF file/],
      [Buffer.from('GGUF\x01\0\0\0'), /GGUF of version 1/],
    ] as const) {
      await writeFile(other, bytes)
      await expect(open(other)).rejects.toThrow(why)
    }
  })

  test('says how to install a library that is not there', async () => {
    await expect(loadLlamaLibrary('llama-nowhere')).rejects.toMatchObject({
      code: 'models/llama-library',
      library: 'llama-nowhere',
      message: expect.stringContaining('npm install node-llama-cpp@3'),
    })
    await expect(loadLlamaLibrary('node:path')).rejects.toThrow(/it is not of version 3/)
  })

  test('frees what was loaded when the model cannot be', async () => {
    const library = llamaDouble([], { fails: new Error('not enough memory') })
    const opening = openGgufModel({ log, library }, { path, contextTokens: 512 })
    await expect(opening).rejects.toMatchObject({
      code: 'models/gguf',
      message: expect.stringMatching(/not enough memory/),
    })
    expect(library.disposed).toBe(1)
  })
})

describe('openGgufModel() on a double of the library', () => {
  const opened = async (acts: readonly LlamaAct[], options: Parameters<typeof llamaDouble>[1] = {}) => {
    const library = llamaDouble(acts, options)
    return { library, model: await openGgufModel({ log, library }, { path, contextTokens: 32_768 }) }
  }

  test('opens a context no longer than the model was trained with', async () => {
    const { library, model } = await opened([])
    expect(library.loaded).toEqual([{ modelPath: path, contextSize: 4_096 }])
    expect(model).toMatchObject({ modelId: 'Tiny-3B-Q8_0', provider: 'llama.cpp', contextTokens: 4_096 })
  })

  test('streams thought and text, and a call with its arguments, and counts tokens', async () => {
    const { library, model } = await opened([
      { thought: 'A word.' },
      { text: 'Look' },
      { text: 'ing' },
      { call: 'lookUp', params: { word: 'salp', page: null } },
    ])
    const { stream } = await model.doStream(ask('What is a salp?', { tools: [lookUp], temperature: 0.5, topK: 3 }))
    const id = expect.stringMatching(/^gguf-/)
    expect(await collect(stream)).toEqual([
      { type: 'stream-start', warnings: [] },
      { type: 'reasoning-start', id: 'reasoning-0' },
      { type: 'reasoning-delta', id: 'reasoning-0', delta: 'A word.' },
      { type: 'reasoning-end', id: 'reasoning-0' },
      { type: 'text-start', id: 'text-1' },
      { type: 'text-delta', id: 'text-1', delta: 'Look' },
      { type: 'text-delta', id: 'text-1', delta: 'ing' },
      { type: 'text-end', id: 'text-1' },
      { type: 'tool-input-start', id, toolName: 'lookUp' },
      { type: 'tool-input-delta', id, delta: '{"word":"salp","page":null}' },
      { type: 'tool-input-end', id },
      { type: 'tool-call', toolCallId: id, toolName: 'lookUp', input: '{"word":"salp"}' },
      {
        type: 'finish',
        finishReason: { unified: 'tool-calls', raw: 'functionCalls' },
        usage: usage(expect.any(Number), 4),
      },
    ])
    expect(library.asked[0]?.options).toMatchObject({
      temperature: 0.5,
      topK: 3,
      functions: {
        lookUp: { description: 'Looks a word up', params: { type: 'object', additionalProperties: false } },
      },
    })
  })

  test('puts a whole reply together', async () => {
    const { model } = await opened([{ thought: 'Hm.' }, { text: 'Yes' }, { text: '.' }])
    expect(await model.doGenerate(ask('Well?'))).toEqual({
      content: [
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'Yes.' },
      ],
      finishReason: { unified: 'stop', raw: 'eogToken' },
      usage: usage(expect.any(Number), 3),
      warnings: [],
    })
  })

  test('stops at the tokens it may give', async () => {
    const { model } = await opened([{ text: 'one' }, { text: 'two' }])
    const { content, finishReason } = await model.doGenerate(ask('Count', { maxOutputTokens: 1 }))
    expect([content, finishReason.unified]).toEqual([[{ type: 'text', text: 'one' }], 'length'])
  })

  test('asks for JSON by a grammar, and warns of what it cannot hold to', async () => {
    const { library, model } = await opened([{ text: '{}' }])
    await model.doGenerate(ask('JSON', { responseFormat: { type: 'json' } }))
    await model.doGenerate(ask('JSON', { responseFormat: { type: 'json', schema: { const: 1 } } }))
    expect(library.asked.map(({ options }) => options.grammar)).toEqual([{ type: 'json' }, { schema: { const: 1 } }])
    const { warnings } = await model.doGenerate(
      ask('JSON', { responseFormat: { type: 'json' }, tools: [lookUp], toolChoice: { type: 'required' } }),
    )
    expect(warnings.map((warning) => 'feature' in warning && warning.feature)).toEqual(['toolChoice', 'responseFormat'])
  })

  test('offers no tool where none may be called', async () => {
    const { library, model } = await opened([{ text: 'No.' }])
    await model.doGenerate(ask('Hi', { tools: [lookUp], toolChoice: { type: 'none' } }))
    expect(library.asked[0]?.options.functions).toBeUndefined()
  })

  test('ends at any token when aborted, with the reason of the signal', async () => {
    for (const abortAt of [0, 1, 2]) {
      const controller = new AbortController()
      const reason = new Error(`Stop at ${abortAt}`)
      const { model } = await opened([{ text: 'a' }, { text: 'b' }, { text: 'c' }], {
        before: async (act) => {
          if (act === abortAt) controller.abort(reason)
        },
      })
      const { stream } = await model.doStream(ask('Go', { abortSignal: controller.signal }))
      const parts: LanguageModelV4StreamPart[] = []
      const reading = (async () => {
        for await (const part of stream) parts.push(part)
      })()
      await expect(reading).rejects.toBe(reason)
      expect('abc'.slice(0, abortAt).startsWith(said(parts))).toBe(true)
      await expect(model.doGenerate(ask('Again'))).resolves.toMatchObject({ finishReason: { unified: 'stop' } })
    }
  })

  test('answers calls one after another; one that is aborted while it waits leaves at once', async () => {
    const gate = Promise.withResolvers<void>()
    const { library, model } = await opened([{ text: 'a' }], { before: () => gate.promise })
    const controller = new AbortController()
    const first = model.doGenerate(ask('First'))
    const waiting = model.doGenerate(ask('Second', { abortSignal: controller.signal }))
    const third = model.doGenerate(ask('Third'))
    controller.abort(new Error('Never mind'))
    await expect(waiting).rejects.toThrow('Never mind')
    gate.resolve()
    await Promise.all([first, third])
    expect(library.asked.map(({ history }) => history[0])).toEqual([
      { type: 'user', text: 'First' },
      { type: 'user', text: 'Third' },
    ])
  })

  test('refuses a prompt that leaves no room, which the cascade takes for too large', async () => {
    const { library, model } = await opened([{ text: 'a' }])
    const long = ask('x'.repeat(5_000))
    await expect(model.doGenerate(long)).rejects.toMatchObject({ code: 'models/prompt-too-long', contextTokens: 4_096 })
    expect(library.asked).toEqual([])
    const cascade = createCascade({ clock: systemClock, rng: createRng('gguf') }, { slots: [slotFromGguf(model)] })
    await expect(cascade.doGenerate(long)).rejects.toThrow(/finds the prompt too long/)
  })

  test('names the file when a reply fails', async () => {
    const { model } = await opened([{ text: 'a' }], { before: () => Promise.reject(new Error('broken')) })
    await expect(model.doGenerate(ask('Hi'))).rejects.toThrow(/Tiny-3B.*the reply failed \(broken\)/)
  })

  test('close() ends what runs, frees the model once, and refuses what comes after', async () => {
    const gate = Promise.withResolvers<void>()
    const { library, model } = await opened([{ text: 'a' }, { text: 'b' }], { before: () => gate.promise })
    const running = expect(model.doGenerate(ask('Hi'))).rejects.toThrow(/it is closed/)
    const closing = [model.close(), model.close()]
    gate.resolve()
    await Promise.all([running, ...closing])
    expect(library.disposed).toBe(1)
    await expect(model.doGenerate(ask('Hi'))).rejects.toThrow(/it is closed/)
  })
})

describe('slotFromGguf()', () => {
  test('makes a local slot that a cascade asks', async () => {
    const model = await openGgufModel(
      { log, library: llamaDouble([{ text: 'Here.' }]) },
      { path, contextTokens: 2_048 },
    )
    const slot = slotFromGguf(model)
    expect(slot).toMatchObject({ name: 'gguf', tier: 'fast', privacy: 'local', contextTokens: 2_048 })
    const cascade = createCascade({ clock: systemClock, rng: createRng('gguf') }, { slots: [slot] })
    const call = ask('Who?', { providerOptions: { salp: { privacy: 'local' } } })
    expect(await cascade.doGenerate(call)).toMatchObject({ content: [{ type: 'text', text: 'Here.' }] })
  })
})

const library = await loadLlamaLibrary().catch(() => undefined)

describe('openGgufModel() on llama.cpp', { timeout: 60_000 }, () => {
  /** Each in a file of its own: llama.cpp maps it into memory. */
  const opened = async (words: readonly string[]): Promise<GgufModel> => {
    const file = join(folder, `${words.length} words.gguf`)
    await writeFile(file, tinyGguf(words))
    return openGgufModel({ log, library }, { path: file, contextTokens: 32_768, gpuLayers: 0 })
  }

  test.beforeEach(({ skip }) => skip(library === undefined, 'node-llama-cpp, an optional peer, is not installed'))

  test('says what a file of ours was written to say', async () => {
    await using model = await opened(['Hello', ' there', ', it', ' is', ' me', '.'])
    expect(model.contextTokens).toBe(2_048)
    const { stream } = await model.doStream(ask('Hi'))
    const parts = await collect(stream)
    expect(said(parts)).toBe('Hello there, it is me.')
    expect(parts.at(-1)).toMatchObject({ finishReason: { unified: 'stop', raw: 'eogToken' }, usage: usage(4, 7) })
    expect(await model.doGenerate(ask('Hi', { maxOutputTokens: 2 }))).toMatchObject({
      content: [{ type: 'text', text: 'Hello there' }],
      finishReason: { unified: 'length' },
    })
  })

  test('calls a tool, held to its schema by the grammar', async () => {
    await using model = await opened([
      'Look. ',
      '||call: ',
      'lookUp',
      '(',
      '{"word": "',
      'salp',
      '"',
      ', "page": ',
      '7',
      '}',
    ])
    const { content, finishReason } = await model.doGenerate(ask('What is a salp?', { tools: [lookUp] }))
    expect(content).toEqual([
      { type: 'text', text: expect.stringContaining('Look.') },
      expect.objectContaining({ type: 'tool-call', toolName: 'lookUp', input: '{"word":"salp","page":7}' }),
    ])
    expect(finishReason.unified).toBe('tool-calls')
  })

  test('gives JSON where its words alone would not be', async () => {
    await using model = await opened(['Well: ', '{"yes": ', 'true', '}'])
    const schema = { type: 'object' as const, properties: { yes: { type: 'boolean' as const } }, required: ['yes'] }
    const { content } = await model.doGenerate(ask('Is it?', { responseFormat: { type: 'json', schema } }))
    const text = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
    expect(JSON.parse(text)).toEqual({ yes: expect.any(Boolean) })
  })

  test('ends when aborted, and answers the next call', async () => {
    await using model = await opened(['one', ' two', ' three', ' four'])
    const controller = new AbortController()
    const { stream } = await model.doStream(ask('Count', { abortSignal: controller.signal }))
    const parts: LanguageModelV4StreamPart[] = []
    const reading = (async () => {
      for await (const part of stream) {
        parts.push(part)
        if (said(parts) !== '') controller.abort(new Error('Enough'))
      }
    })()
    await expect(reading).rejects.toThrow('Enough')
    expect(await model.doGenerate(ask('Count'))).toMatchObject({ content: [{ text: 'one two three four' }] })
  })

  test('tells of a file that llama.cpp cannot load', async () => {
    const broken = join(folder, 'broken.gguf')
    await writeFile(broken, tinyGguf(['a']).subarray(0, 20_000))
    const opening = openGgufModel({ log, library }, { path: broken, contextTokens: 512, gpuLayers: 0 })
    await expect(opening).rejects.toMatchObject({ code: 'models/gguf', path: broken })
  })
})
