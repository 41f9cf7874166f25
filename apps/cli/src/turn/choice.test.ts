import { describe, expect, test } from 'vitest'
import { createApproval } from '../testing/agent-events.js'
import { editableText, parseChoice, withEdit } from './choice.js'

describe('parseChoice()', () => {
  test('reads letters and words', () => {
    const approve = (scope: string) => ({ type: 'decided', decision: { decision: 'approve', scope } })
    expect(['a', ' Y ', 'approve', 's', 'e'].map(parseChoice)).toEqual([
      approve('once'),
      approve('once'),
      approve('once'),
      approve('session'),
      { type: 'edit' },
    ])
  })

  test('takes words after a denial as its reason', () => {
    expect(parseChoice('d use the  test database')).toEqual({
      type: 'decided',
      decision: { decision: 'deny', reason: 'use the  test database' },
    })
    expect(parseChoice('n')).toEqual({ type: 'decided', decision: { decision: 'deny' } })
  })

  test('approves nothing that is not plainly an approval', () => {
    for (const text of ['', ' ', 'a and more', 'yes but', 'ok', 'constructor', 'toString'])
      expect(parseChoice(text)).toBeUndefined()
  })
})

describe('withEdit()', () => {
  test('replaces the command, and keeps what is beside it', () => {
    const approval = createApproval({ input: { command: 'ls', folder: 'web' } })
    expect(editableText(approval)).toBe('ls')
    expect(withEdit(approval, 'ls -a')).toEqual({ type: 'edited', input: { command: 'ls -a', folder: 'web' } })
  })

  test('takes other input as JSON', () => {
    const approval = createApproval({ tool: 'write_file', input: { path: 'a', content: 'x' } })
    expect(editableText(approval)).toBe('{"path":"a","content":"x"}')
    expect(withEdit(approval, '{"path":"b"}')).toEqual({ type: 'edited', input: { path: 'b' } })
    expect(withEdit(approval, '{').type).toBe('invalid')
  })

  test('takes no empty input', () => {
    expect(withEdit(createApproval(), '  ').type).toBe('invalid')
  })
})
