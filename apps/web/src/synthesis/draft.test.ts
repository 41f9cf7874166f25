import { describe, expect, test } from 'vitest'
import {
  addRow,
  changeParameters,
  checkDraft,
  type Draft,
  emptyDraft,
  exampleOf,
  inferType,
  pastedDraft,
  readValue,
  valueText,
} from './draft.js'
import { presets } from './presets.js'

const draft: Draft = {
  name: 'pick',
  statement: '',
  parameters: [
    { name: 'values', type: 'number []' },
    { name: 'word', type: 'string' },
  ],
  returns: '[number, string]',
  rows: [
    { key: 0, args: ['[1, 2]', 'plain'], returns: '[1, "plain"]' },
    { key: 4, args: ['', ' '], returns: '' },
  ],
}

describe('checkDraft()', () => {
  test('gives a task, without the rows in which nothing is typed', () => {
    expect(checkDraft(draft)).toEqual({
      task: {
        signature: {
          name: 'pick',
          parameters: [
            { name: 'values', type: 'number[]' },
            { name: 'word', type: 'string' },
          ],
          returns: '[number, string]',
        },
        examples: [{ args: [[1, 2], 'plain'], returns: [1, 'plain'] }],
      },
      problems: new Map(),
    })
  })

  test('says what is wrong at its cell', () => {
    const { task, problems } = checkDraft({
      name: 'class',
      statement: '',
      parameters: [
        { name: 'a', type: 'number' },
        { name: 'a', type: 'Date' },
        { name: '1', type: 'boolean' },
      ],
      returns: 'number[]',
      rows: [
        { key: 3, args: ['1.5', 'x', 'maybe'], returns: '[1, "x"]' },
        { key: 7, args: ['', 'x', 'true'], returns: '[1' },
      ],
    })
    expect(task).toBeUndefined()
    expect([...problems.keys()]).toEqual([
      ...['name', 'parameter 1 name', 'parameter 1 type', 'parameter 2 name'],
      ...['row 3 0', 'row 3 2', 'row 3 returns', 'row 7 0', 'row 7 returns'],
    ])
    expect(problems.get('row 3 returns')).toBe('Not number[]: such as [3]; whole numbers only')
    expect(problems.get('row 7 0')).toBe('Empty: write 3')
  })

  test('says what is wanted where that is told', () => {
    expect(checkDraft({ ...draft, statement: ' Pick both. ' }).task?.statement).toBe('Pick both.')
  })

  test('asks for an example', () => {
    expect([...checkDraft(emptyDraft).problems.keys()]).toEqual(['rows'])
  })

  test.each(presets)('takes $title', (preset) => {
    expect(checkDraft(preset.draft).problems).toEqual(new Map())
  })
})

describe('readValue()', () => {
  test.each(['a', '', ' x ', '"', 'null', '[1]', 'a "b"', ' a,b\\",c'])(
    'reads the text %j as valueText() writes it',
    (text) => {
      expect(readValue(valueText(text), 'string')).toEqual({ value: text })
    },
  )

  test.each(['number', 'boolean', 'string', 'number[][]', '[number, string][]', '[string[], boolean]'])(
    'takes the example of %s',
    (type) => {
      expect(readValue(exampleOf(type), type)).toHaveProperty('value')
    },
  )
})

describe('pastedDraft()', () => {
  test('reads examples, and infers their types', () => {
    const text = '[{ "args": [[1, 2], "x"], "returns": [["a", 1]] }, { "args": [[], ""], "returns": [] }]'
    expect(pastedDraft(text, draft)).toEqual({
      draft: {
        name: 'pick',
        statement: '',
        parameters: [
          { name: 'values', type: 'number[]' },
          { name: 'word', type: 'string' },
        ],
        returns: '[string, number][]',
        rows: [
          { key: 0, args: ['[1, 2]', 'x'], returns: '[["a", 1]]' },
          { key: 1, args: ['[]', '""'], returns: '[]' },
        ],
      },
    })
  })

  test('takes a signature where there is one', () => {
    const signature = { name: 'g', parameters: [{ name: 'x', type: 'string[]' }], returns: 'number' }
    const pasted = pastedDraft(JSON.stringify({ signature, examples: [{ args: [[]], returns: 0 }] }), draft)
    expect(pasted).toMatchObject({ draft: signature })
  })

  test.each([
    ['{', 'This is not JSON'],
    ['[]', 'Write a list of examples'],
    ['[{ "args": 1 }]', 'Example 1 has no list "args"'],
    ['[{ "args": [1] }]', 'Example 1 has no "returns"'],
    ['[{ "args": [1], "returns": 1 }, { "args": [], "returns": 1 }]', 'Example 2 has 0 arguments, the first 1'],
  ])('says what is wrong with %s', (text, why) => {
    expect(pastedDraft(text, draft)).toEqual({ problem: expect.stringContaining(why) })
  })
})

test('inferType() tells pairs from lists', () => {
  expect([[[1, 2]], [[1, 'a']], [[], ['a']], [[]]].map(inferType)).toEqual([
    ...['number[]', '[number, string]', 'string[]', 'number[]'],
  ])
})

test('addRow() and changeParameters() keep rows and parameters in step', () => {
  const { draft: longer, key } = addRow(draft, ['[9]'])
  expect(longer.rows.at(-1)).toEqual({ key, args: ['[9]', ''], returns: '' })
  const wider = changeParameters(longer, 'add')
  expect(wider.parameters.at(-1)).toEqual({ name: 'a', type: 'number' })
  expect(wider.rows.every(({ args }) => args.length === 3)).toBe(true)
  expect(changeParameters(wider, { remove: 0 }).rows[0]?.args).toEqual(['plain', ''])
})
