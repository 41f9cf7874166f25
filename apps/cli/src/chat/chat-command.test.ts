import { describe, expect, test } from 'vitest'
import { completeChatLine, parseChatLine } from './chat-command.js'

describe('parseChatLine()', () => {
  test('reads commands', () => {
    expect(['/help', ' /NEW ', '/exit', '/sessions', '/sessions 2', '  '].map((line) => parseChatLine(line))).toEqual([
      { type: 'help' },
      { type: 'new' },
      { type: 'quit' },
      { type: 'sessions' },
      { type: 'open', which: '2' },
      { type: 'nothing' },
    ])
  })

  test('says what is no command', () => {
    expect(parseChatLine('what is in /etc?')).toEqual({ type: 'say', text: 'what is in /etc?' })
    expect(parseChatLine('/etc/hosts holds what?')).toEqual({ type: 'say', text: '/etc/hosts holds what?' })
    expect(parseChatLine('//help')).toEqual({ type: 'say', text: '/help' })
  })

  test('suggests what may have been meant', () => {
    expect(parseChatLine('/hlep')).toEqual({
      type: 'unknown',
      message: 'There is no command /hlep. Did you mean "/help"? /help shows them all; // begins a text with a slash',
    })
  })
})

test('completeChatLine() completes commands only', () => {
  expect(completeChatLine('/s')).toEqual(['/sessions', '/stop'])
  expect(completeChatLine('s')).toEqual([])
})
