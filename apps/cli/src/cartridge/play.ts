/** An interactive cartridge in the terminal: its picture in half blocks, its keys from the keyboard. */

import type { CallResult, CartridgeCalls, CartridgeFrame } from '@salp/cartridge/host'
import type { Clock } from '@salp/core'
import type { Input, Output } from '../io.js'
import { renderHalfBlocks } from '../render/half-blocks.js'
import { readKeys } from '../terminal/keys.js'

/** What playing asks for. */
export interface PlayDeps {
  readonly clock: Clock
  readonly stdin: Input
  readonly stdout: Output
  /** Calls the cartridge. */
  call<Name extends 'frame' | 'key'>(
    name: Name,
    input: CartridgeCalls[Name]['input'],
  ): Promise<CallResult<CartridgeCalls[Name]['output']>>
}

/** How it is played. */
export interface PlayOptions {
  readonly trueColor: boolean
  /** Ends it, and restores the terminal. */
  readonly signal: AbortSignal
}

/** What it came to. */
export interface Played {
  readonly frames: number
  /** Mean units of a frame. */
  readonly meanFuel: number
  /** Mean ms of a frame in the cartridge. */
  readonly meanMs: number
}

/** Pictures a second. Cartridges count on 60 frames, so that each picture is worth two. */
const picturesPerSecond = 30
const framesPerPicture = 2

/** A terminal tells of keys that are pressed, and again while they are held, but not of those that are let go: these are after a while. */
const heldMs = 150

const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[0m\u001b[?25h\u001b[?1049l'

/** Plays until `q`, Ctrl-C, the end of the cartridge or the signal. The terminal is as before, whatever happens. */
export async function play(deps: PlayDeps, { trueColor, signal }: PlayOptions): Promise<Played> {
  const { clock, stdin, stdout, call } = deps
  const pressed: number[] = []
  /** When each key was last heard of. */
  const held = new Map<number, number>()
  let leaves = false
  const read = (chunk: Buffer | string): void => {
    const keys = readKeys(chunk.toString())
    pressed.push(...keys.codes)
    leaves ||= keys.leaves
  }
  const end = (): void => {
    leaves = true
  }
  const screen = createPictureScreen(stdout, trueColor)
  let [frames, fuel, durationMs] = [0, 0, 0]

  /** Lets go of keys that were not heard of for a while, and presses those that were: anew if it is held, as it may have been. */
  const passKeys = async (now: number): Promise<void> => {
    for (const [code, at] of held) {
      if (now - at < heldMs) continue
      held.delete(code)
      await call('key', { code, down: false })
    }
    for (const code of pressed.splice(0)) {
      if (held.has(code)) await call('key', { code, down: false })
      await call('key', { code, down: true })
      held.set(code, now)
    }
  }
  const frame = async (tMs: number, dtMs: number): Promise<CartridgeFrame> => {
    const result = await call('frame', { tMs, dtMs })
    frames++
    fuel += result.fuel
    durationMs += result.durationMs
    return result.output
  }

  stdin.setRawMode?.(true)
  stdin.on('data', read)
  stdin.once('end', end)
  stdin.resume()
  stdout.write(enter)
  try {
    const start = clock.monotonic()
    let last = start
    while (!leaves && !signal.aborted) {
      const now = clock.monotonic()
      await passKeys(now)
      const dtMs = Math.max(now - last, 1_000 / picturesPerSecond) / framesPerPicture
      last = now
      const between = await frame(now - start, dtMs)
      const shown = between.ended ? between : await frame(now - start + dtMs, dtMs)
      screen.show(shown, between.changed || shown.changed)
      if (shown.ended) break
      await clock.sleep(1_000 / picturesPerSecond - (clock.monotonic() - now), { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    stdin.off('data', read).off('end', end)
    stdin.setRawMode?.(false)
    stdin.pause()
    stdout.write(leave)
  }
  return { frames, meanFuel: frames === 0 ? 0 : fuel / frames, meanMs: frames === 0 ? 0 : durationMs / frames }
}

/** Draws what differs from what is there, unless the terminal cannot keep up. */
function createPictureScreen(
  stdout: Output,
  trueColor: boolean,
): { show(frame: CartridgeFrame, changed: boolean): void } {
  let shown: string[] = []
  let size = ''
  let ready = true
  let stale = false
  return {
    show(frame, changed) {
      const { columns = 80, rows = 24 } = stdout
      const resized = size !== `${columns}x${rows}`
      stale ||= changed || resized
      if (!ready || !stale) return
      stale = false
      // The last line stays free, for what ends it.
      const lines = renderHalfBlocks(frame, { columns, rows: rows - 1, trueColor })
      const drawn = lines.flatMap((line, row) =>
        !resized && line === shown[row] ? [] : [`\u001b[${row + 1};1H${line}`],
      )
      if (resized) drawn.unshift('\u001b[2J', `\u001b[${rows};1Hq ends`)
      shown = lines
      size = `${columns}x${rows}`
      ready = stdout.write(drawn.join(''))
      if (!ready) stdout.once('drain', () => (ready = true))
    },
  }
}
