import { PassThrough } from 'node:stream'
import type { CallResult, CartridgeCalls } from '@salp/cartridge/host'
import { stoppedClock } from '@salp/core/testing'
import { describe, expect, test } from 'vitest'
import { type PlayDeps, play } from './play.js'

type Asked = readonly [string, ...number[]]

/** A cartridge of 2 × 2 pixels that ends with its frame `last`, and a terminal that shows it. */
function createGame({ last = Number.POSITIVE_INFINITY }: { last?: number } = {}) {
  const clock = stoppedClock()
  const asked: Asked[] = []
  const raw: boolean[] = []
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => void raw.push(on) })
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 2, rows: 2 })
  let text = ''
  stdout.on('data', (chunk: Buffer) => {
    text += chunk
  })
  let frames = 0
  const answer = (name: string, input: object): unknown => {
    if (name === 'key') {
      const { code, down } = input as CartridgeCalls['key']['input']
      asked.push(['key', code, down ? 1 : 0])
      return undefined
    }
    const { tMs, dtMs } = input as CartridgeCalls['frame']['input']
    asked.push(['frame', Math.round(tMs), Math.round(dtMs)])
    frames++
    const pixels = new Uint8ClampedArray(16).fill(frames * 20)
    return { width: 2, height: 2, pixels, changed: true, ended: frames === last }
  }
  const call: PlayDeps['call'] = async (name, input) =>
    ({
      ...{ fuel: 100, hostCalls: 0, droppedLogLines: 0, version: 1, durationMs: 2, memoryBytes: 0 },
      output: answer(name, input),
    }) as CallResult<never>
  return { clock, asked, raw, stdin, stdout, text: () => text, call }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('play()', () => {
  test('gives two frames a picture, until the cartridge ends, and restores the terminal', async () => {
    const game = createGame({ last: 4 })
    const played = play(game, { trueColor: true, signal: new AbortController().signal })
    await settle()
    await game.clock.advance(34)
    expect(await played).toEqual({ frames: 4, meanFuel: 100, meanMs: 2 })
    expect(game.asked).toEqual([
      ['frame', 0, 17],
      ['frame', 17, 17],
      ['frame', 33, 17],
      ['frame', 50, 17],
    ])
    expect(game.raw).toEqual([true, false])
    expect(game.text().startsWith('\u001b[?1049h\u001b[?25l\u001b[2J')).toBe(true)
    expect(game.text().endsWith('\u001b[?25h\u001b[?1049l')).toBe(true)
    expect(game.text()).toContain('▀')
  })

  test('presses a key anew each time it is heard of, and lets it go when it is not any more', async () => {
    const game = createGame()
    const played = play(game, { trueColor: true, signal: new AbortController().signal })
    await settle()
    game.stdin.write('\u001b[C')
    for (const typed of ['\u001b[C', '', '', '', '', '']) {
      await settle()
      if (typed !== '') game.stdin.write(typed)
      await settle()
      await game.clock.advance(34)
    }
    await settle()
    game.stdin.write('q')
    await settle()
    await game.clock.advance(34)
    await played
    expect(game.asked.filter(([name]) => name === 'key')).toEqual([
      ['key', 39, 1],
      ['key', 39, 0],
      ['key', 39, 1],
      ['key', 39, 0],
    ])
  })

  test('restores the terminal when the cartridge fails, or the program is told to go', async () => {
    const failing = createGame()
    const broken: PlayDeps['call'] = async () => {
      throw new RangeError('broken')
    }
    const signal = new AbortController().signal
    await expect(play({ ...failing, call: broken }, { trueColor: true, signal })).rejects.toThrow('broken')
    const leaving = new AbortController()
    const told = createGame()
    const played = play(told, { trueColor: true, signal: leaving.signal })
    await settle()
    leaving.abort()
    await played
    for (const { raw, text } of [failing, told])
      expect([raw, text().endsWith('\u001b[?1049l')]).toEqual([[true, false], true])
  })

  test('draws nothing while the terminal cannot keep up, and the newest picture afterwards', async () => {
    const game = createGame()
    const written: string[] = []
    let flowing = false
    const stdout = Object.assign(new PassThrough(), {
      ...{ isTTY: true, columns: 2, rows: 2 },
      write: (text: string) => {
        written.push(text)
        return flowing
      },
    })
    const leaving = new AbortController()
    const played = play({ ...game, stdout }, { trueColor: true, signal: leaving.signal })
    await settle()
    await game.clock.advance(34)
    await settle()
    expect(written.length).toBe(2)
    flowing = true
    stdout.emit('drain')
    await game.clock.advance(34)
    await settle()
    expect(written.length).toBe(3)
    expect(written[2]).toContain('38;2;')
    leaving.abort()
    await played
  })
})
