import { describe, expect, test } from 'vitest'
import { CartridgeTrap } from '../errors.js'
import type { CartridgeFrame } from '../host/host.js'
import { createFrameLoop, type FrameLoop, type ScreenEnd, type ScreenFigures } from './frame-loop.js'
import type { WorkerCartridge } from './worker-cartridge.js'

interface Bench {
  readonly loop: FrameLoop
  /** Names and inputs, in order. */
  readonly asked: unknown[]
  readonly drawn: CartridgeFrame[]
  readonly ends: ScreenEnd[]
  readonly figures: ScreenFigures[]
  /** The page's next frame. */
  tick(ms: number): void
  /** The answer to the frame that waits. */
  answer(frame?: Partial<CartridgeFrame>): Promise<void>
  fail(error: unknown): Promise<void>
}

function bench(): Bench {
  const asked: unknown[] = []
  const drawn: CartridgeFrame[] = []
  const ends: ScreenEnd[] = []
  const figures: ScreenFigures[] = []
  let next: ((ms: number) => void) | undefined
  let frame = Promise.withResolvers<unknown>()
  const loop = createFrameLoop({
    cartridge: {
      call(name, input) {
        asked.push([name, input])
        if (name !== 'frame') return new Promise(() => undefined)
        frame = Promise.withResolvers()
        return frame.promise as ReturnType<WorkerCartridge['call']> as never
      },
    },
    nextFrame(then) {
      next = then
      return () => {
        next = undefined
      }
    },
    draw: (picture) => drawn.push(picture),
    onEnd: (end) => ends.push(end),
    onFigures: (told) => figures.push(told),
  })
  return {
    ...{ loop, asked, drawn, ends, figures },
    tick: (ms) => next?.(ms),
    async answer(more = {}) {
      const output = { width: 1, height: 1, pixels: new Uint8ClampedArray(4), changed: true, ended: false, ...more }
      frame.resolve({ output, fuel: 500, durationMs: 0.25 })
      await frame.promise
    },
    async fail(error) {
      frame.reject(error)
      await Promise.allSettled([frame.promise])
    },
  }
}

describe('createFrameLoop()', () => {
  test('asks for one frame at a time, and makes up for the time of those it left out', async () => {
    const { asked, tick, answer } = bench()
    tick(1_000)
    tick(1_016)
    tick(1_032)
    await answer()
    tick(1_048)
    expect(asked).toEqual([
      ['frame', { tMs: 16, dtMs: 16 }],
      ['frame', { tMs: 64, dtMs: 48 }],
    ])
  })

  test('lets little time pass while the page was hidden', async () => {
    const { asked, tick, answer } = bench()
    tick(0)
    await answer()
    tick(60_000)
    expect(asked.at(-1)).toEqual(['frame', { tMs: 116, dtMs: 100 }])
  })

  test('draws the first picture and those that changed', async () => {
    const { drawn, tick, answer } = bench()
    for (const changed of [false, false, true]) {
      tick(0)
      await answer({ changed })
    }
    expect(drawn.map(({ changed }) => changed)).toEqual([false, true])
  })

  test('presses a key once, however often it repeats, and lets go of what is held', () => {
    const { loop, asked } = bench()
    loop.press(37, true)
    loop.press(37, true)
    loop.press(65, true)
    loop.press(37, false)
    loop.press(37, false)
    loop.release()
    loop.release()
    expect(asked).toEqual([
      ['key', { code: 37, down: true }],
      ['key', { code: 65, down: true }],
      ['key', { code: 37, down: false }],
      ['key', { code: 65, down: false }],
    ])
  })

  test('tells the last place of the pointer before a frame, and each change of its buttons', () => {
    const { loop, asked, tick } = bench()
    loop.point(1, 1, 0)
    loop.point(2, 2, 0)
    loop.point(2, 2, 1)
    loop.point(3, 2, 1)
    loop.point(3, 2, 0)
    loop.point(4, 2, 0)
    tick(0)
    expect(asked).toEqual([
      ['pointer', { x: 2, y: 2, buttons: 1 }],
      ['pointer', { x: 3, y: 2, buttons: 0 }],
      ['pointer', { x: 4, y: 2, buttons: 0 }],
      ['frame', { tMs: 16, dtMs: 16 }],
    ])
  })

  test('ends when the cartridge wants to', async () => {
    const { asked, ends, drawn, tick, answer } = bench()
    tick(0)
    await answer({ ended: true })
    tick(16)
    expect([ends, drawn.length, asked.length]).toEqual([[{ status: 'ended' }], 1, 1])
  })

  test('ends with the error of a frame, and asks for nothing more', async () => {
    const { loop, asked, ends, tick, fail } = bench()
    const error = new CartridgeTrap('fuel', 'it used up its fuel')
    tick(0)
    await fail(error)
    tick(16)
    loop.press(37, true)
    expect([ends, asked.length]).toEqual([[{ status: 'failed', error }], 1])
  })

  test('tells once a second how it goes', async () => {
    const { figures, tick, answer } = bench()
    for (let ms = 0; ms <= 1_000; ms += 20) {
      tick(ms)
      await answer()
    }
    expect(figures).toEqual([{ framesPerSecond: 50, frameMs: 0.25, fuel: 500 }])
  })
})
