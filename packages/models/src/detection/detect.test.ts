import { afterEach, describe, expect, test } from 'vitest'
import { type FakeOpenAi, type FakeScript, startFakeOpenAi } from '../testing/node/fake-openai.js'
import { detectKeys, detectServers, EndpointError, listModels } from './detect.js'
import { detectSlots, preferredModel, slotFromEndpoint, slotsFromKeys, slotsFromServers, tierOfModel } from './slots.js'

const servers: FakeOpenAi[] = []
const serve = async (script: FakeScript = [], models?: string[]): Promise<FakeOpenAi> => {
  const server = await startFakeOpenAi(script, { models })
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})
const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'hi' }] }]
const nowhere = async (): Promise<string> => {
  const server = await startFakeOpenAi([])
  await server.close()
  return server.url
}

describe('detectServers()', () => {
  test('finds those that answer, with the models that can chat', async () => {
    const ollama = await serve([], ['nomic-embed-text', 'qwen3:8b'])
    const found = await detectServers(
      { fetch },
      {
        servers: [
          { name: 'gone', label: 'Gone', url: await nowhere() },
          { name: 'ollama', label: 'Ollama', url: ollama.url },
          { name: 'bare', label: 'Bare', url: (await serve([], ['text-embedding-3'])).url },
        ],
      },
    )
    expect(found).toEqual([{ name: 'ollama', label: 'Ollama', url: ollama.url, models: ['qwen3:8b'] }])
  })

  test('does not wait for a server that is silent', async () => {
    const silent: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
    expect(await detectServers({ fetch: silent }, { timeoutMs: 5 })).toEqual([])
  })

  test('rejects with the reason of the signal', async () => {
    const reason = new Error('stop')
    await expect(detectServers({ fetch }, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('listModels()', () => {
  test('throws EndpointError for what is no list of models', async () => {
    const html: typeof fetch = async () => new Response('<html>')
    await expect(listModels({ fetch: html }, 'http://127.0.0.1:1/v1')).rejects.toThrow(EndpointError)
    await expect(listModels({ fetch: async () => Response.json({ ok: 1 }) }, 'http://127.0.0.1:1/v1')).rejects.toThrow(
      'list of models',
    )
    await expect(
      listModels({ fetch: async () => new Response(null, { status: 401 }) }, 'http://127.0.0.1:1/v1'),
    ).rejects.toThrow('HTTP 401')
  })
})

describe('detectKeys()', () => {
  test('finds the keys that are set, in order of priority', () => {
    const found = detectKeys({
      GROQ_API_KEY: ' g ',
      OPENAI_API_KEY: '',
      ANTHROPIC_API_KEY: 'a',
      GEMINI_API_KEY: 'x',
      HOME: '/',
    })
    expect(found.map(({ provider, variable, key }) => [provider.name, variable, key])).toEqual([
      ['anthropic', 'ANTHROPIC_API_KEY', 'a'],
      ['google', 'GEMINI_API_KEY', 'x'],
      ['groq', 'GROQ_API_KEY', 'g'],
    ])
  })
})

describe('slotsFromKeys()', () => {
  test('makes a slot of every provider, with the key in its requests', async () => {
    const environment = Object.fromEntries(
      ['ANTHROPIC', 'OPENAI', 'GOOGLE_GENERATIVE_AI', 'GROQ'].map((name) => [`${name}_API_KEY`, `key-of-${name}`]),
    )
    const asked: string[] = []
    const refuse: typeof fetch = async (_, init) => {
      asked.push(JSON.stringify([...new Headers(init?.headers)]))
      return Response.json({ error: { message: 'no' } }, { status: 401 })
    }
    const slots = await slotsFromKeys({ fetch: refuse }, detectKeys(environment))
    for (const { model } of slots) await Promise.resolve(model.doGenerate({ prompt })).catch(() => undefined)
    expect(slots.map(({ name }) => name)).toEqual(['anthropic', 'openai', 'google', 'groq'])
    expect(asked.map((headers) => /key-of-(\w+)/.exec(headers)?.[1])).toEqual([
      'ANTHROPIC',
      'OPENAI',
      'GOOGLE_GENERATIVE_AI',
      'GROQ',
    ])
  })
})

describe('detectSlots()', () => {
  test('takes one endpoint from one variable, and finds its model', async () => {
    const server = await serve([{ text: 'fine' }], ['phi4', 'qwen3:30b'])
    const [slot, ...others] = await detectSlots({ fetch }, { SALP_MODEL_URL: server.url, GROQ_API_KEY: 'ignored' })
    expect(others).toEqual([])
    expect(slot).toMatchObject({ name: 'endpoint', tier: 'capable', privacy: 'local', model: { modelId: 'qwen3:30b' } })
    const result = await slot?.model.doGenerate({ prompt })
    expect(result?.content).toEqual([{ type: 'text', text: 'fine' }])
  })

  test('asks nobody for models if one is named, and sends the key', async () => {
    const server = await serve([{ text: 'fine' }])
    const [slot] = await detectSlots(
      { fetch },
      { SALP_MODEL_URL: server.url, SALP_MODEL: 'mine', SALP_MODEL_KEY: 'secret-key' },
    )
    await slot?.model.doGenerate({ prompt })
    expect(server.requests[0]?.headers.authorization).toBe('Bearer secret-key')
    expect(server.requests[0]?.body.model).toBe('mine')
  })

  test('says what to do about an endpoint that is not there', async () => {
    await expect(slotFromEndpoint({ fetch }, { url: await nowhere() })).rejects.toMatchObject({
      code: 'models/unreachable',
    })
    await expect(slotFromEndpoint({ fetch }, { url: 'localhost' })).rejects.toThrow('it is not a URL')
  })
})

test('slotsFromServers() prefers local servers in their order', async () => {
  const slots = slotsFromServers({ fetch }, [
    { name: 'a', label: 'A', url: 'http://127.0.0.1:1/v1', models: ['x:3b'] },
    { name: 'b', label: 'B', url: 'http://127.0.0.1:2/v1', models: ['y:14b'] },
  ])
  expect(slots.map(({ name, priority, tier, privacy }) => [name, priority, tier, privacy])).toEqual([
    ['a', 10, 'fast', 'local'],
    ['b', 11, 'standard', 'local'],
  ])
})

test('preferredModel() takes the family that calls tools best', () => {
  expect(preferredModel(['phi4', 'llama3.1:8b', 'qwen3:8b'])).toBe('qwen3:8b')
  expect(preferredModel(['phi4'])).toBe('phi4')
  expect(preferredModel([])).toBeUndefined()
})

test('tierOfModel() goes by billions of parameters', () => {
  expect(['qwen3:4b', 'llama3.1:8b', 'gpt-oss:120b', 'mistral'].map(tierOfModel)).toEqual([
    'fast',
    'standard',
    'capable',
    'standard',
  ])
})
