import type { Diagnostic } from '@salp/cartridge/compile'
import { expect, test } from 'vitest'
import { countDiagnostics, renderDiagnostics } from './diagnostics.js'
import { createStyle } from './style.js'

const error: Diagnostic = {
  ...{ code: 'AS2322', severity: 'error', message: 'Type mismatch', hint: 'Convert it' },
  ...{ line: 12, column: 18, endLine: 12, endColumn: 22, excerpt: "\tconst 日本: i32 = 'ab'" },
}

test('renderDiagnostics() marks the place, whatever stands before it, and orders by lines', () => {
  const whole: Diagnostic = { ...error, code: 'compiler', line: 1, excerpt: '', hint: null }
  const long: Diagnostic = {
    ...error,
    severity: 'warning',
    column: 1,
    endLine: 14,
    endColumn: 2,
    hint: null,
    excerpt: 'for (;;) {',
  }
  expect(renderDiagnostics([error, long, whole], 'a/main.ts', createStyle({ color: false }))).toMatchInlineSnapshot(`
    "a/main.ts error compiler: Type mismatch

    a/main.ts:12:1 warning AS2322: Type mismatch
      12 │ for (;;) {
         │ ^^^^^^^^^^

    a/main.ts:12:18 error AS2322: Type mismatch
      12 │   const 日本: i32 = 'ab'
         │                     ^^^^
      hint: Convert it"
  `)
})

test('renderDiagnostics() colours only for who sees it', () => {
  expect(renderDiagnostics([error], 'm', createStyle({ color: true }))).toContain('\u001b[31m')
})

test('countDiagnostics() counts each severity', () => {
  expect(countDiagnostics([error, error, { ...error, severity: 'warning' }])).toBe('2 errors, 1 warning')
})
