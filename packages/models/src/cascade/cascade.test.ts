import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider'
import { createRng, SalpError } from '@salp/core'
import { recordingLogger, type StoppedClock, stoppedClock } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { collect } from '../testing/collect.js'
import { type FakeOpenAi, type FakeReply, type FakeScript, startFakeOpenAi } from '../testing/node/fake-openai.js'
import { scriptedModel } from '../testing/scripted-model.js'
import {
  type Cascade,
  CascadeError,
  type CascadeEvent,
  type CascadeOptions,
  createCascade,
  ReplyInterruptedError,
} from './cascade.js'
import type { Slot } from './slot.js'

const start = Date.UTC(2026, 10, 21, 12)
const call: LanguageModelV4CallOptions = { prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] }
const servers: FakeOpenAi[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** A slot whose model speaks HTTP to a server of its own. */
const slot = async (
  name: string,
  script: FakeScript,
  more: Partial<Slot> = {},
): Promise<Slot & { server: FakeOpenAi }> => {
  const server = await startFakeOpenAi(script)
  servers.push(server)
  return { ...slotAt(name, server.url), ...more, server }
}
const slotAt = (name: string, url: string): Slot => ({
  name,
  model: createOpenAICompatible({ name, baseURL: url, includeUsage: true })('fake'),
  priority: 0,
  tier: 'standard',
  privacy: 'shared',
})

const cascadeOf = (
  slots: readonly Slot[],
  options: Omit<CascadeOptions, 'slots'> = {},
  clock = stoppedClock(start),
) => {
  const log = recordingLogger()
  const events: CascadeEvent[] = []
  const cascade = createCascade(
    { clock, rng: createRng(1), log, onEvent: (event) => void events.push(event) },
    { slots, ...options },
  )
  return { cascade, clock, log, events }
}
const once = { retry: { rounds: 1 } }

const textOf = async (cascade: Cascade, options: Partial<LanguageModelV4CallOptions> = {}): Promise<string> => {
  const { content } = await cascade.doGenerate({ ...call, ...options })
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
const streamOf = async (
  cascade: Cascade,
  options: Partial<LanguageModelV4CallOptions> = {},
): Promise<LanguageModelV4StreamPart[]> => collect((await cascade.doStream({ ...call, ...options })).stream)
const deltas = (parts: readonly LanguageModelV4StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('')

/** A clock on which waits of less than a minute are over at once. */
const leapingClock = (): StoppedClock => {
  const clock = stoppedClock(start)
  return { ...clock, sleep: (ms, options) => (ms < 60_000 ? clock.advance(ms) : clock.sleep(ms, options)) }
}

/** Advances the clock until `work` settles. */
const settle = async <T>(clock: StoppedClock, work: Promise<T>): Promise<T> => {
  let settled = false
  const watched = work.finally(() => {
    settled = true
  })
  watched.catch(() => undefined)
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(250)
  }
  return watched
}

describe('createCascade()', () => {
  test('answers from the slot of the lowest priority, and says which it was', async () => {
    const a = await slot('a', [{ text: 'from a' }], { priority: 2 })
    const b = await slot('b', [{ text: 'from b', usage: { input: 1_000, output: 500 } }], {
      priority: 1,
      price: { inputPerMillion: 2, outputPerMillion: 4, currency: 'USD' },
    })
    const { cascade, events } = cascadeOf([a, b])
    const result = await cascade.doGenerate({ ...call, providerOptions: { salp: { session: 's1' } } })
    expect(result.providerMetadata?.salp).toEqual({ slot: 'b', costUsd: 0.004 })
    expect(events).toEqual([
      { type: 'slot:chosen', at: start, slot: 'b', modelId: 'fake', session: 's1' },
      {
        type: 'slot:answered',
        at: start,
        slot: 'b',
        modelId: 'fake',
        usage: { inputTokens: 1_000, outputTokens: 500, costUsd: 0.004 },
        firstContentMs: 0,
        durationMs: 0,
        session: 's1',
      },
    ])
    expect(cascade.status()[1]).toMatchObject({
      name: 'b',
      state: 'ready',
      today: { requests: 1, inputTokens: 1_000, costUsd: 0.004 },
    })
  })

  test('streams, with the slot in the metadata of the finish', async () => {
    const { cascade } = cascadeOf([await slot('a', [{ text: 'one two', usage: { input: 3, output: 2 } }])])
    const parts = await streamOf(cascade)
    expect(deltas(parts)).toBe('one two')
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      usage: { inputTokens: { total: 3 } },
      providerMetadata: { salp: { slot: 'a' } },
    })
    expect(cascade.status()[0]?.lastMinute).toEqual({ requests: 1, tokens: 5 })
  })

  test.each<[string, FakeReply, string]>([
    ['401', { status: 401 }, 'unauthorized'],
    ['402', { status: 402 }, 'unauthorized'],
    ['404', { status: 404 }, 'missing'],
    ['413', { status: 413 }, 'too-large'],
    ['400', { status: 400 }, 'rejected'],
    ['429', { status: 429 }, 'rate-limited'],
    ['500', { status: 500 }, 'unavailable'],
    ['529', { status: 529 }, 'unavailable'],
    ['an empty reply', { text: '' }, 'empty'],
    ['one character over and over', { text: '!'.repeat(80) }, 'empty'],
    ['malformed JSON', { end: 'malformed' }, 'malformed'],
    ['a broken connection', { end: 'disconnect' }, 'unreachable'],
  ])('moves on to the next slot on %s', async (_, reply, kind) => {
    const { cascade, events } = cascadeOf([await slot('a', [reply]), await slot('b', [{ text: 'from b' }])], once)
    expect(await textOf(cascade)).toBe('from b')
    expect(events.find((event) => event.type === 'slot:failed')).toMatchObject({ slot: 'a', failure: { kind } })
  })

  test.each<[string, FakeReply]>([
    ['an error status', { status: 503 }],
    ['an empty stream', { text: [] }],
    ['a line that is no JSON', { text: [], end: 'malformed' }],
    ['a cut connection', { text: [], end: 'disconnect' }],
  ])('moves a stream on if it fails before its first content by %s', async (_, reply) => {
    const { cascade } = cascadeOf([await slot('a', [reply]), await slot('b', [{ text: 'from b' }])], once)
    expect(deltas(await streamOf(cascade))).toBe('from b')
  })

  test.each<[string, FakeReply]>([
    ['a line that is no JSON', { text: ['half'], end: 'malformed' }],
    ['a cut connection', { text: ['half'], end: 'disconnect' }],
  ])('ends a stream that breaks off by %s in an error that says so', async (_, reply) => {
    const b = await slot('b', [{ text: 'from b' }])
    const { cascade } = cascadeOf([await slot('a', [reply]), b], once)
    const parts = await streamOf(cascade)
    expect(deltas(parts)).toBe('half')
    const error = parts.find((part) => part.type === 'error')?.error
    expect(error).toBeInstanceOf(ReplyInterruptedError)
    expect(SalpError.is(error, 'models/interrupted')).toBe(true)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'error' } })
    expect(b.server.requests).toEqual([])
  })

  test('says why no slot answered, without secrets', async () => {
    const a = await slot('a', [{ status: 401, message: 'Bad key sk-proj-abcdefghijklmnopqrstuvwxyz123456' }])
    const closed = await startFakeOpenAi([])
    await closed.close()
    const { cascade } = cascadeOf([a, slotAt('gone', closed.url)], once)
    const error = await textOf(cascade).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(CascadeError)
    expect(error).toMatchObject({ code: 'models/exhausted', retryable: true })
    expect(String(error)).toContain(
      '"a" refused the key; check it, and the account (HTTP 401: Bad key [redacted:api-key])',
    )
    expect(String(error)).toContain('"gone" cannot be reached')
  })

  test('waits as long as retry-after says, then asks again', async () => {
    const a = await slot('a', [{ status: 429, headers: { 'retry-after': '7' } }, { text: 'later' }])
    const { cascade, clock } = cascadeOf([a], {}, leapingClock())
    expect(await textOf(cascade)).toBe('later')
    expect(clock.now() - start).toBe(7_000)
  })

  test('does not wait longer than it may', async () => {
    const { cascade, clock } = cascadeOf([await slot('a', [{ status: 429, headers: { 'retry-after': '3600' } }])])
    await expect(textOf(cascade)).rejects.toThrow('Try again in 3600 s')
    expect(cascade.status()[0]).toMatchObject({ state: 'limited', availableAt: clock.now() + 3_600_000 })
  })

  test('retries with growing delays that chance shortens by up to half', async () => {
    const a = await slot('a', [{ status: 500 }, { status: 500 }, { text: 'third time' }])
    const { cascade, events } = cascadeOf([a], { circuit: { failures: 9 } }, leapingClock())
    expect(await textOf(cascade)).toBe('third time')
    const at = events.flatMap((event) => (event.type === 'slot:chosen' ? [event.at - start] : []))
    const [first = 0, second = 0, third = 0] = at
    expect([first, second >= 250, second <= 500, third - second >= 500, third - second <= 1_000]).toEqual([
      0,
      true,
      true,
      true,
      true,
    ])
  })

  test('passes over a slot within its limits, and comes back to it later', async () => {
    const a = await slot('a', [{ text: 'from a' }], { limits: { requestsPerMinute: 1 } })
    const { cascade, clock } = cascadeOf([a, await slot('b', [{ text: 'from b' }], { priority: 1 })])
    expect([await textOf(cascade), await textOf(cascade)]).toEqual(['from a', 'from b'])
    expect(cascade.status()[0]).toMatchObject({ state: 'limited', availableAt: start + 60_000 })
    await clock.advance(60_000)
    expect(await textOf(cascade)).toBe('from a')
  })

  test('opens the circuit after three failures, and closes it when a probe succeeds', async () => {
    const a = await slot('a', [{ status: 500 }, { status: 500 }, { status: 500 }, { text: 'well again' }])
    const b = await slot('b', [{ text: 'from b' }], { priority: 1 })
    const { cascade, clock, events } = cascadeOf([a, b])
    for (let count = 0; count < 4; count++) expect(await textOf(cascade)).toBe('from b')
    expect(a.server.requests).toHaveLength(3)
    expect(cascade.status()[0]).toMatchObject({ state: 'open', availableAt: start + 30_000 })
    expect(events).toContainEqual({ type: 'circuit:opened', at: start, slot: 'a', until: start + 30_000 })
    await clock.advance(30_000)
    expect(await textOf(cascade)).toBe('well again')
    expect(cascade.status()[0]?.state).toBe('ready')
  })

  test('leaves a slot alone for long once its key was refused', async () => {
    const a = await slot('a', [{ status: 403 }])
    const { cascade } = cascadeOf([a, await slot('b', [{ text: 'from b' }])], once)
    await textOf(cascade)
    await textOf(cascade)
    expect(a.server.requests).toHaveLength(1)
  })

  test('asks no slot below the privacy that a call demands', async () => {
    const cloud = await slot('cloud', [{ text: 'cloud' }])
    const local = await slot('local', [{ text: 'local' }], { priority: 9, privacy: 'local' })
    const salp = { privacy: 'local' }
    expect(await textOf(cascadeOf([cloud, local]).cascade, { providerOptions: { salp } })).toBe('local')
    await expect(textOf(cascadeOf([cloud]).cascade, { providerOptions: { salp } })).rejects.toThrow(
      'not private enough',
    )
    expect(cloud.server.requests).toEqual([])
    await expect(
      textOf(cascadeOf([cloud]).cascade, { providerOptions: { salp: { privacy: 'secret' } } }),
    ).rejects.toThrow(RangeError)
  })

  test('prefers the tier that a call asks for', async () => {
    const slots = await Promise.all(
      (['fast', 'standard', 'capable'] as const).map((tier) => slot(tier, [{ text: tier }], { tier })),
    )
    const { cascade } = cascadeOf(slots)
    for (const tier of ['capable', 'fast', 'standard']) {
      expect(await textOf(cascade, { providerOptions: { salp: { tier } } })).toBe(tier)
    }
  })

  test('asks what a call avoids only when nothing else answers', async () => {
    const first = await slot('first', [{ text: 'first' }])
    const second = await slot('second', [{ text: 'second' }], { priority: 1 })
    const options = { providerOptions: { salp: { avoid: 'first' } } }
    expect(await textOf(cascadeOf([first, second]).cascade, options)).toBe('second')
    expect(await textOf(cascadeOf([first]).cascade, options)).toBe('first')
  })

  test('passes over a slot that the prompt cannot fit', async () => {
    const small = await slot('small', [{ text: 'small' }], { contextTokens: 100 })
    const { cascade } = cascadeOf([small, await slot('large', [{ text: 'large' }], { priority: 1 })])
    const prompt: LanguageModelV4CallOptions['prompt'] = [
      { role: 'user', content: [{ type: 'text', text: 'x'.repeat(1_000) }] },
    ]
    expect(await textOf(cascade, { prompt })).toBe('large')
  })

  test('gives up on a slot that goes silent', async () => {
    const { cascade, clock } = cascadeOf(
      [await slot('a', [{ text: [], end: 'silence' }]), await slot('b', [{ text: 'from b' }])],
      {
        ...once,
        silenceMs: 1_000,
      },
    )
    expect(deltas(await settle(clock, streamOf(cascade)))).toBe('from b')
    expect(cascade.status()[0]?.lastFailure?.kind).toBe('silent')
  })

  test('rejects with the reason of the signal, before, during and after the first content', async () => {
    const a = await slot('a', [{ text: ['tick '], end: 'endless', pieceDelayMs: 1 }])
    const { cascade } = cascadeOf([a, await slot('b', [{ text: 'from b' }])])
    const reason = new Error('The person pressed stop')
    await expect(streamOf(cascade, { abortSignal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const generating = new AbortController()
    const silent = cascadeOf([await slot('c', [{ end: 'silence' }])]).cascade
    const waiting = textOf(silent, { abortSignal: generating.signal })
    generating.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    const streaming = new AbortController()
    const { stream } = await cascade.doStream({ ...call, abortSignal: streaming.signal })
    const reader = stream.getReader()
    for (let part = await reader.read(); part.value?.type !== 'text-delta'; part = await reader.read());
    streaming.abort(reason)
    const drain = async (): Promise<void> => {
      while (!(await reader.read()).done);
    }
    await expect(drain()).rejects.toBe(reason)
    expect(cascade.status().map(({ state, lastFailure }) => [state, lastFailure])).toEqual([
      ['ready', undefined],
      ['ready', undefined],
    ])
  })

  test('stops asking the provider when the reader cancels', async () => {
    const a = await slot('a', [{ text: ['tick '], end: 'endless', pieceDelayMs: 1 }])
    const { cascade } = cascadeOf([a])
    const { stream } = await cascade.doStream(call)
    await stream.cancel()
    expect(cascade.status()[0]?.state).toBe('ready')
  })

  test('is not changed by an observer that throws', async () => {
    const log = recordingLogger()
    const deps = {
      clock: stoppedClock(start),
      rng: createRng(1),
      log,
      onEvent: () => {
        throw new Error('observer')
      },
    }
    const cascade = createCascade(deps, {
      slots: [{ ...slotAt('a', 'http://127.0.0.1'), model: scriptedModel([{ text: 'fine' }]) }],
    })
    expect(await textOf(cascade)).toBe('fine')
    expect(log.lines[0]?.level).toBe('error')
  })

  test('throws RangeError without slots, or with two of one name', () => {
    expect(() => cascadeOf([])).toThrow(RangeError)
    expect(() => cascadeOf([slotAt('a', 'http://127.0.0.1'), slotAt('a', 'http://127.0.0.1')])).toThrow(RangeError)
  })
})
