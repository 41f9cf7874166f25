/** Lets time pass in an interactive cartridge: a frame for each of the page's, one at a time. */

import type { CartridgeFrame } from '../host/host.js'
import type { WorkerCartridge } from './worker-cartridge.js'

/** What {@link createFrameLoop} asks for. */
export interface FrameLoopDeps {
  readonly cartridge: Pick<WorkerCartridge, 'call'>
  /** Calls back at the page's next frame, with its time in ms. @returns How to take that back. */
  nextFrame(then: (ms: number) => void): () => void
  draw(frame: CartridgeFrame): void
  /** Told once; nothing is asked of the cartridge afterwards. */
  onEnd(end: ScreenEnd): void
  /** Told about once a second. */
  onFigures?(figures: ScreenFigures): void
}

/** How a run ended: as the cartridge wished, or because it was stopped. */
export type ScreenEnd = { readonly status: 'ended' } | { readonly status: 'failed'; readonly error: unknown }

/** How a run goes. */
export interface ScreenFigures {
  /** Frames that were answered. Range [0, ∞). */
  readonly framesPerSecond: number
  /** Mean time of a frame in the cartridge, in ms. */
  readonly frameMs: number
  /** Mean units of fuel of a frame. */
  readonly fuel: number
}

/** A running picture. */
export interface FrameLoop {
  /** A key of the interface goes down or up; down again while it is down is left out. */
  press(code: number, down: boolean): void
  /** The pointer is at a pixel; the last place before a frame counts, each change of buttons does. */
  point(x: number, y: number, buttons: number): void
  /** Lets go of all keys. */
  release(): void
  /** May be called twice. */
  stop(): void
}

/** Time that passes in one frame at most, in ms: a page that was hidden goes on where it stopped. */
const longestStepMs = 100
const firstStepMs = 16

/** Starts asking for frames. Time begins at 0 and passes only while frames do. */
export function createFrameLoop({ cartridge, nextFrame, draw, onEnd, onFigures }: FrameLoopDeps): FrameLoop {
  const held = new Set<number>()
  let tMs = 0
  let last: number | undefined
  let drawn = false
  let waiting = false
  let running = true
  let pointer: { x: number; y: number; buttons: number } | undefined
  let buttons = 0
  let cancel: () => void = () => undefined
  let count = { since: 0, frames: 0, ms: 0, fuel: 0 }

  const finish = (end: ScreenEnd): void => {
    if (!running) return
    stop()
    onEnd(end)
  }
  const fail = (error: unknown): void => finish({ status: 'failed', error })
  const send = (name: 'key' | 'pointer', input: Parameters<WorkerCartridge['call']>[1]): void => {
    if (running) cartridge.call(name, input as never).catch(fail)
  }
  const sendPointer = (): void => {
    if (pointer === undefined) return
    send('pointer', pointer)
    pointer = undefined
  }

  const tick = (nowMs: number): void => {
    cancel = nextFrame(tick)
    if (waiting) return
    const dtMs = last === undefined ? firstStepMs : Math.min(Math.max(nowMs - last, 0), longestStepMs)
    if (last === undefined) count.since = nowMs
    last = nowMs
    tMs += dtMs
    sendPointer()
    waiting = true
    cartridge.call('frame', { tMs, dtMs }).then(({ output, fuel, durationMs }) => {
      if (!running) return
      waiting = false
      if (output.changed || !drawn) draw(output)
      drawn = true
      count = { ...count, frames: count.frames + 1, ms: count.ms + durationMs, fuel: count.fuel + fuel }
      if (output.ended) finish({ status: 'ended' })
    }, fail)
    tell(nowMs)
  }

  const tell = (nowMs: number): void => {
    const elapsed = nowMs - count.since
    if (elapsed < 1_000) return
    const { frames, ms, fuel } = count
    count = { since: nowMs, frames: 0, ms: 0, fuel: 0 }
    if (frames > 0)
      onFigures?.({ framesPerSecond: (frames * 1_000) / elapsed, frameMs: ms / frames, fuel: fuel / frames })
  }

  function stop(): void {
    running = false
    cancel()
  }

  cancel = nextFrame(tick)
  return {
    press(code, down) {
      if (held.has(code) === down) return
      if (down) held.add(code)
      else held.delete(code)
      send('key', { code, down })
    },
    point(x, y, pressed) {
      pointer = { x, y, buttons: pressed }
      // A click shorter than a frame is not lost.
      if (pressed !== buttons) sendPointer()
      buttons = pressed
    },
    release() {
      for (const code of held) send('key', { code, down: false })
      held.clear()
    },
    stop,
  }
}
