import { describe, expect, test } from 'vitest'
import { createApproval } from '../testing/agent-events.js'
import { renderApproval, renderChoices } from './approval.js'
import { createStyle } from './style.js'

const style = createStyle({ color: false })

describe('renderApproval()', () => {
  test('shows a command whole, with its risk', () => {
    const input = { command: 'git push --force\necho \u001b[8mhidden', folder: 'web' }
    const risk = { level: 'high' as const, reasons: ['overwrites the history of a remote'] }
    expect(renderApproval(createApproval({ input, risk }), style)).toMatchInlineSnapshot(`
      "? Salp wants to run a command  high risk
        $ git push --force
          echo ␛[8mhidden
        in web
        · overwrites the history of a remote"
    `)
  })

  test('shows what an edit takes away and puts there', () => {
    const approval = createApproval({
      tool: 'edit_file',
      input: { path: 'a.ts', find: 'x', replace: 'y\nz', all: true },
    })
    expect(renderApproval(approval, style)).toMatchInlineSnapshot(`
      "? Salp wants to edit a file  low risk
        a.ts  everywhere
        - x
        + y
        + z
        · only lists files"
    `)
  })

  test('says how much of a long file it leaves out', () => {
    const content = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n')
    expect(renderApproval(createApproval({ tool: 'write_file', input: { path: 'a', content } }), style)).toContain(
      '… 60 more lines',
    )
  })

  test('shows the input of other tools as JSON', () => {
    expect(renderApproval(createApproval({ tool: 'other', input: { a: [1] } }), style)).toContain('"a": [')
  })
})

describe('renderChoices()', () => {
  test('says what the session grant would cover', () => {
    expect(renderChoices(createApproval(), style)).toBe(
      '  [a]pprove once  [s]ession: allow "run_command: ls" from now on  [d]eny  [e]dit',
    )
  })
})
