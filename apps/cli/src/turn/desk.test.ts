import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createStyle } from '../render/style.js'
import type { Reply, Terminal } from '../terminal/terminal.js'
import { createApproval } from '../testing/agent-events.js'
import { createTerminalDesk, createUnattendedDesk } from './desk.js'

const signal = new AbortController().signal
const high = createApproval({ risk: { level: 'high', reasons: [] } })
const question = {
  id: 'q',
  sessionId: 's',
  turnId: 't',
  callId: 'c',
  question: 'Which colour?',
  options: ['red', 'blue'],
  askedAt: 0,
}

/** A desk with a person who types the given lines, then presses Ctrl-C, or whose window closes. */
function deskWith(
  lines: readonly string[],
  { yes = false, afterwards = 'interrupted' }: { yes?: boolean; afterwards?: 'interrupted' | 'ended' } = {},
) {
  const left = [...lines]
  const asked: (string | undefined)[] = []
  const terminal: Terminal = {
    async ask(_, options): Promise<Reply> {
      asked.push(options?.initial)
      const text = left.shift()
      return text === undefined ? { type: afterwards } : { type: 'line', text }
    },
    hold: () => () => '',
  }
  const output = new PassThrough()
  return {
    asked,
    desk: createTerminalDesk({ terminal, output, style: createStyle({ color: false }) }, { yes }),
    output,
  }
}

describe('createTerminalDesk()', () => {
  test('asks until it understands', async () => {
    const { desk, output } = deskWith(['what?', 's'])
    expect(await desk.decide(createApproval(), signal)).toEqual({ decision: 'approve', scope: 'session' })
    expect(String(output.read())).toContain('Answer a, s, d or e')
  })

  test('approves an edited call', async () => {
    const { desk, asked } = deskWith(['e', 'ls -a'])
    expect(await desk.decide(createApproval(), signal)).toEqual({
      decision: 'approve',
      scope: 'once',
      input: { command: 'ls -a' },
    })
    expect(asked).toEqual([undefined, 'ls'])
  })

  test('leaves the turn as it is when the window closes', async () => {
    const { desk } = deskWith([], { afterwards: 'ended' })
    await expect(desk.decide(createApproval(), signal)).rejects.toThrow('You left')
    await expect(desk.answer(question, signal)).rejects.toThrow('You left')
  })

  test('decides nothing when the person interrupts', async () => {
    expect(await deskWith([]).desk.decide(createApproval(), signal)).toBeUndefined()
    expect(await deskWith(['e']).desk.decide(createApproval(), signal)).toBeUndefined()
  })

  test('with yes, asks about high risks only', async () => {
    const { desk, asked } = deskWith(['d no'], { yes: true })
    expect(await desk.decide(createApproval(), signal)).toEqual({ decision: 'approve' })
    expect(await desk.decide(high, signal)).toEqual({ decision: 'deny', reason: 'no' })
    expect(asked).toHaveLength(1)
  })

  test('answers by number or in words', async () => {
    expect(await deskWith(['2']).desk.answer(question, signal)).toBe('blue')
    expect(await deskWith(['', ' green ']).desk.answer(question, signal)).toBe('green')
    expect(await deskWith(['7']).desk.answer(question, signal)).toBe('7')
  })
})

describe('createUnattendedDesk()', () => {
  test('approves low and medium risks only', async () => {
    const notes: string[] = []
    const desk = createUnattendedDesk({ yes: true, note: (line) => notes.push(line) })
    expect(await desk.decide(createApproval(), signal)).toEqual({ decision: 'approve' })
    expect((await desk.decide(high, signal))?.decision).toBe('deny')
    expect(notes).toEqual(['Denied run_command: its risk is high, which --yes does not cover, and nobody can be asked'])
  })

  test('asks for no approval at all without yes', () => {
    const note = (): void => undefined
    expect([true, false].map((yes) => createUnattendedDesk({ yes, note }).unattended)).toEqual([false, true])
  })

  test('answers that nobody is there', async () => {
    expect(await createUnattendedDesk({ yes: false, note: () => undefined }).answer(question, signal)).toMatch(
      /^Nobody is there/,
    )
  })
})
