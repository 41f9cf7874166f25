import { scriptedModel } from '@salp/models/testing'
import { wrapLanguageModel } from 'ai'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { historyWindow } from './context/history.js'
import { refusalOfImages, toImagePart, withBytes, withoutImages } from './images.js'
import { createTestAgent } from './testing/test-agent.js'

/** The least PNG, GIF, JPEG and WebP that show what they are. */
const png = { mediaType: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUg==' }
const others = [
  { mediaType: 'image/gif', data: btoa('GIF89a....') },
  { mediaType: 'image/jpeg', data: btoa('\xff\xd8\xff\xe0..') },
  { mediaType: 'image/webp', data: btoa('RIFF\xff\xee\xdd\x00WEBPVP8L') },
]
const large = (bytes: number) => ({ ...png, data: `${png.data.slice(0, 12)}${'A'.repeat((bytes / 3) * 4 - 12)}` })

describe('refusalOfImages()', () => {
  test('takes what models understand', () => {
    expect(refusalOfImages([])).toBeUndefined()
    expect(refusalOfImages([png, ...others])).toBeUndefined()
    expect(refusalOfImages([large(4_999_998)])).toBeUndefined()
  })

  test.each([
    [
      'another type',
      { ...png, mediaType: 'image/svg+xml' },
      'image 1 is none of image/png, image/jpeg, image/gif, image/webp',
    ],
    ['a type that it is not', { ...png, mediaType: 'image/gif' }, 'image 1 is no image/gif'],
    ['no image', { ...png, data: btoa('<script>alert(1)</script>') }, 'image 1 is no image/png'],
    ['no base64', { ...png, data: 'iVBORw0KGgo!' }, 'image 1 is no base64'],
    ['base64 that is cut', { ...png, data: 'iVBORw0KGgoAA' }, 'image 1 is no base64'],
    ['nothing', { ...png, data: '' }, 'image 1 is no base64'],
    ['too much', large(5_000_001), 'image 1 has 5000001 bytes, at most 5000000 are taken'],
  ])('refuses %s', (_, image, reason) => {
    expect(refusalOfImages([image])).toBe(reason)
  })

  test('refuses too many, and too much together', () => {
    expect(refusalOfImages(Array(11).fill(png))).toBe('it has 11 images, at most 10 are taken')
    expect(refusalOfImages(Array(3).fill(large(4_500_000)))).toBe('its images have more than 12000000 bytes together')
  })

  test('never fails, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (mediaType, data) => {
        expect(typeof refusalOfImages([{ mediaType, data }])).toBe('string')
      }),
    )
  })
})

describe('an image that was said', () => {
  test('reaches the model as bytes, is kept as it came, and is there in the next turn', async () => {
    const { agent, db, model } = createTestAgent({
      script: [{ text: 'A dot' }, { text: 'Still a dot' }],
      tools: () => [],
    })
    const { sessionId } = agent.stream({ text: 'What is it?', images: [png], channel: 'test' })
    await agent.running(sessionId)?.result
    await agent.turn({ sessionId, text: 'Sure?', channel: 'test' })
    const bytes = Uint8Array.from(atob(png.data), (character) => character.charCodeAt(0))
    const sent = model.calls.map(({ prompt }) =>
      prompt.flatMap(({ role, content }) => (role === 'user' ? content.filter(({ type }) => type === 'file') : [])),
    )
    const part = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: bytes } }
    expect(sent).toEqual([[part], [part]])
    expect(agent.store.messages(sessionId)[0]?.message.content).toEqual([
      { type: 'text', text: 'What is it?' },
      toImagePart(png),
    ])
    await agent.close()
    db.close()
  })

  test('is refused before anything is kept if it is none', () => {
    const { agent, db } = createTestAgent({ tools: () => [] })
    const images = [{ ...png, mediaType: 'image/svg+xml' }]
    expect(() => agent.stream({ text: 'hi', images, channel: 'test' })).toThrow(
      expect.objectContaining({ code: 'agent/input' }),
    )
    expect(agent.store.count()).toBe(0)
    db.close()
  })

  test('takes as much of the context however large it is', () => {
    const stored = [large(300_000), png].map((image, index) => ({
      turnId: `turn ${index}`,
      message: { role: 'user' as const, content: [toImagePart(image)] },
    }))
    const { shownTurns, tokens } = historyWindow(stored, { budgetTokens: 4_000, count: (text) => text.length })
    expect({ shownTurns, tokens }).toEqual({ shownTurns: 1, tokens: 2 * (1_600 + 2 + 4) })
  })
})

describe('withoutImages()', () => {
  const ask = { role: 'user' as const, content: [{ type: 'text' as const, text: 'What is it?' }, toImagePart(png)] }
  const said = '*The model that answers cannot look at images. Yours are kept with your message, for one that can.*\n\n'
  const open = (script: Parameters<typeof scriptedModel>[0]) => {
    const inner = scriptedModel(script)
    return { inner, model: wrapLanguageModel({ model: inner, middleware: withoutImages() }) }
  }
  const textOf = async (
    model: ReturnType<typeof open>['model'],
    prompt: Parameters<typeof model.doStream>[0]['prompt'],
  ) => {
    let text = ''
    const { stream } = await model.doStream({ prompt })
    for await (const part of stream) if (part.type === 'text-delta') text += part.delta
    return text
  }

  test('tells the model in words and the person before its own', async () => {
    const { inner, model } = open([{ text: 'I cannot tell' }, { text: 'I cannot tell' }])
    expect(await textOf(model, [withBytes(ask)])).toBe(`${said}I cannot tell`)
    expect((await model.doGenerate({ prompt: [ask] })).content).toEqual([
      { type: 'text', text: said },
      { type: 'text', text: 'I cannot tell' },
    ])
    for (const { prompt } of inner.calls)
      expect(prompt[0]?.content).toMatchObject([
        { text: 'What is it?' },
        { text: '[Image 1 cannot be shown to you]', providerOptions: { salp: { context: true } } },
      ])
  })

  test('says it once in a turn, in none without an image, and not for a model that says nothing', async () => {
    const { model } = open([{ text: 'a' }, { text: 'b' }, { text: 'c' }, {}])
    const answer = { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'I cannot tell' }] }
    const more = { role: 'user' as const, content: [{ type: 'text' as const, text: 'And now?' }] }
    expect(await textOf(model, [ask, answer])).toBe('a')
    expect(await textOf(model, [ask, answer, more])).toBe('b')
    expect(await textOf(model, [more])).toBe('c')
    expect(await textOf(model, [ask])).toBe('')
  })
})
