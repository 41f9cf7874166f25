import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Input, Output } from '../io.js'
import { createTerminal } from './terminal.js'

/** A keyboard and a screen in memory. */
function createKeyboard() {
  const input: Input & PassThrough = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined })
  const output: Output & PassThrough = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  let shown = ''
  output.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  return {
    terminal: createTerminal(input, output),
    type: (keys: string) => void input.write(keys),
    shown: () => shown,
  }
}

describe('createTerminal().ask()', () => {
  test('gives a line, and keeps it in the history', async () => {
    const { terminal, type } = createKeyboard()
    const history = ['older']
    const reply = terminal.ask('> ', { history })
    type('hello\r')
    expect(await reply).toEqual({ type: 'line', text: 'hello' })
    expect(history).toEqual(['hello', 'older'])
  })

  test('gives pasted lines as one text', async () => {
    const { terminal, type } = createKeyboard()
    const reply = terminal.ask('> ')
    type('one\rtwo\rthree')
    expect(await reply).toEqual({ type: 'line', text: 'one\ntwo\nthree' })
  })

  test('tells Ctrl-C and Ctrl-D apart', async () => {
    for (const [key, type] of [
      ['\u0003', 'interrupted'],
      ['\u0004', 'ended'],
    ] as const) {
      const keyboard = createKeyboard()
      const reply = keyboard.terminal.ask('> ')
      keyboard.type(key)
      expect(await reply).toEqual({ type })
    }
  })

  test('starts from what is there already', async () => {
    const { terminal, type } = createKeyboard()
    const reply = terminal.ask('> ', { initial: 'ls' })
    type(' -a\r')
    expect(await reply).toEqual({ type: 'line', text: 'ls -a' })
  })

  test('shows nothing of what is hidden, corrected or not', async () => {
    const { terminal, type, shown } = createKeyboard()
    const reply = terminal.ask('Passphrase › ', { hidden: true })
    type('secrets\u007f!\r')
    expect(await reply).toEqual({ type: 'line', text: 'secret!' })
    expect(shown()).toBe('Passphrase › \n')
  })

  test('ends when the signal aborts', async () => {
    const leaving = new AbortController()
    const reply = createKeyboard().terminal.ask('> ', { signal: leaving.signal })
    leaving.abort()
    expect(await reply).toEqual({ type: 'interrupted' })
  })
})

describe('createTerminal().hold()', () => {
  const typed = async (keys: readonly string[], taken = ''): Promise<{ typed: string; interrupts: number }> => {
    const { terminal, type } = createKeyboard()
    let interrupts = 0
    const release = terminal.hold({ interrupt: () => interrupts++, line: (text) => text === taken })
    for (const key of keys) {
      type(key)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { typed: release(), interrupts }
  }

  test('keeps what is typed for later', async () => {
    expect(await typed(['hel', 'lo\u007fp', '\u001b[A', '\r', 'more'])).toEqual({ typed: 'hellp\nmore', interrupts: 0 })
  })

  test('tells of Ctrl-C and Escape', async () => {
    expect(await typed(['\u0003', '\u001b'])).toEqual({ typed: '', interrupts: 2 })
  })

  test('drops a line that was taken', async () => {
    expect(await typed(['first\r/stop\rnext'], '/stop')).toEqual({ typed: 'first\nnext', interrupts: 0 })
  })
})
