import { afterEach, describe, expect, test } from 'vitest'
import { answerPort } from './connect-page.js'

const open: MessagePort[] = []
afterEach(() => {
  for (const port of open.splice(0)) port.close()
})

/** The page's end of a port, and its answers in order. */
function page(render: (event: unknown) => Promise<unknown>): {
  port: MessagePort
  answers: (count: number) => Promise<unknown[]>
} {
  const { port1, port2 } = new MessageChannel()
  open.push(port1, port2)
  answerPort(port1, render)
  const heard: unknown[] = []
  let wake = (): void => undefined
  port2.onmessage = ({ data }) => {
    heard.push(data)
    wake()
  }
  return {
    port: port2,
    async answers(count) {
      while (heard.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      return heard
    },
  }
}

describe('answerPort()', () => {
  test('answers an event with a tree or an error, by its number', async () => {
    const { port, answers } = page(async (event) => {
      if (event === 'bad') throw new TypeError('no such event')
      return { t: 'p', c: [JSON.stringify(event)] }
    })
    port.postMessage({ id: 1, event: { type: 'mount' } })
    port.postMessage({ id: 2, event: 'bad' })
    expect(await answers(2)).toEqual([
      { id: 1, tree: { t: 'p', c: ['{"type":"mount"}'] } },
      { id: 2, error: 'no such event' },
    ])
  })

  test('takes no notice of anything else', async () => {
    const { port, answers } = page(async () => 'tree')
    for (const other of [null, 'text', 7, {}, { id: '1', event: 1 }, { id: 1 }]) port.postMessage(other)
    port.postMessage({ id: 3, event: null })
    expect(await answers(1)).toEqual([{ id: 3, tree: 'tree' }])
  })

  test('refuses more events than may wait', async () => {
    const { port, answers } = page(() => new Promise(() => undefined))
    for (let id = 0; id <= 100; id++) port.postMessage({ id, event: null })
    expect(await answers(1)).toEqual([{ id: 100, error: 'Cannot take the event: 100 wait for an answer' }])
  })
})
