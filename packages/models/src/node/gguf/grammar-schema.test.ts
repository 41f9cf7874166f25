import { describe, expect, test } from 'vitest'
import { toGrammarSchema, withoutAbsent } from './grammar-schema.js'

describe('toGrammarSchema()', () => {
  test('lets an optional property be null, since a grammar demands every property', () => {
    expect(
      toGrammarSchema({
        type: 'object',
        description: 'A place',
        properties: { path: { type: 'string', minLength: 1 }, line: { type: 'integer', description: 'From 1' } },
        required: ['path'],
        additionalProperties: false,
      }),
    ).toEqual({
      type: 'object',
      description: 'A place',
      properties: {
        path: { type: 'string', minLength: 1 },
        line: { oneOf: [{ type: 'integer', description: 'From 1' }, { type: 'null' }] },
      },
      additionalProperties: false,
    })
  })

  test('says choices, references and lists of types as the library knows them', () => {
    expect(
      toGrammarSchema({
        type: 'array',
        maxItems: 3,
        items: { anyOf: [{ $ref: '#/definitions/leaf' }, { type: ['string', 'null'] }, { enum: ['a', 'b'] }] },
        definitions: { leaf: { const: 1 } },
      }),
    ).toEqual({
      type: 'array',
      maxItems: 3,
      items: {
        oneOf: [{ $ref: '#/$defs/leaf' }, { oneOf: [{ type: 'string' }, { type: 'null' }] }, { enum: ['a', 'b'] }],
      },
      $defs: { leaf: { const: 1 } },
    })
  })

  test('leaves open what it cannot say, where the library would read null', () => {
    const open = toGrammarSchema(true)
    expect(open).toMatchObject({ oneOf: [{ type: ['string', 'number', 'boolean', 'null'] }, {}, {}] })
    expect(toGrammarSchema({})).toEqual(open)
    expect(toGrammarSchema({ allOf: [{ type: 'string' }] })).toEqual(open)
    expect(toGrammarSchema({ type: 'object' })).toEqual({ type: 'object', properties: {}, additionalProperties: true })
  })
})

describe('withoutAbsent()', () => {
  test('takes out optional properties that are null, at any depth, and nothing else', () => {
    const inner = {
      type: 'object' as const,
      properties: { keep: { type: 'null' as const }, drop: { type: 'string' as const } },
      required: ['keep'],
    }
    const schema = { type: 'object' as const, properties: { list: { type: 'array' as const, items: inner } } }
    const value = {
      list: [
        { keep: null, drop: null },
        { keep: null, drop: 'x' },
      ],
      unknown: null,
    }
    expect(withoutAbsent(value, schema)).toEqual({ list: [{ keep: null }, { keep: null, drop: 'x' }], unknown: null })
  })
})
