import { decode } from '@toon-format/toon'
import { wrapLanguageModel } from 'ai'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scriptedModel } from '../testing/index.js'
import { asTable, compactTables } from './compact-tables.js'

const rows = Array.from({ length: 5 }, (_, id) => ({ id, name: `record ${id}`, done: id % 2 === 0 }))

describe('asTable()', () => {
  test('writes the names of columns once', () => {
    expect(asTable({ rows })).toBe(
      'rows[5]{id,name,done}:\n  0,record 0,true\n  1,record 1,false\n  2,record 2,true\n  3,record 3,false\n  4,record 4,true',
    )
  })

  test('loses nothing', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null))
    const table = fc.array(fc.record({ 'a b': cell, c: cell, 'd:e': cell }), { minLength: 3, maxLength: 12 })
    fc.assert(
      fc.property(table, fc.string({ unit: 'binary' }), (value, note) => {
        const text = asTable({ table: value, note })
        if (text !== undefined) expect(decode(text)).toEqual({ table: value, note })
      }),
    )
  })

  test.each([[{ a: 1 }], [[1, 2, 3]], [[{ a: 1 }, { b: 2 }]], ['text'], [null]])('leaves %o as it is', (value) => {
    expect(asTable(value)).toBeUndefined()
  })
})

describe('compactTables()', () => {
  test('changes results with tables, and nothing else', async () => {
    const model = scriptedModel([{ text: 'ok' }])
    const result = (output: object) => ({ type: 'tool-result', toolCallId: 'c', toolName: 't', output }) as never
    await wrapLanguageModel({ model, middleware: compactTables() }).doGenerate({
      prompt: [
        { role: 'user', content: [{ type: 'text', text: JSON.stringify(rows) }] },
        {
          role: 'tool',
          content: [result({ type: 'json', value: { rows } }), result({ type: 'json', value: { a: 1 } })],
        },
      ],
    })
    const [user, tool] = model.calls[0]?.prompt ?? []
    expect(JSON.stringify(user)).toContain('record 4')
    expect(tool).toMatchObject({
      content: [
        { output: { type: 'text', value: expect.stringContaining('rows[5]{id,name,done}') } },
        { output: { type: 'json', value: { a: 1 } } },
      ],
    })
  })
})
