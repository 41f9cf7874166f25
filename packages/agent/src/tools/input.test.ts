import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { forgiving } from './input.js'

describe('forgiving()', () => {
  const schema = forgiving(z.object({ path: z.string(), line: z.coerce.number().optional() }), {
    aliases: { path: ['file', 'name'] },
    text: 'path',
  })

  test.each([
    [{ path: 'a' }, { path: 'a' }],
    [{ file: 'a' }, { path: 'a' }],
    [{ name: 'b', file: 'a' }, { path: 'a' }],
    [{ path: 'a', file: 'b' }, { path: 'a' }],
    [{ path: 'a', line: null }, { path: 'a' }],
    [
      { path: 'a', line: '3', more: true },
      { path: 'a', line: 3 },
    ],
    ['a', { path: 'a' }],
  ])('takes %j', (given, meant) => expect(schema.parse(given)).toEqual(meant))

  test.each([[{}], [[]], [null], [7], [{ path: 7 }]])('refuses %j', (given) =>
    expect(schema.safeParse(given).success).toBe(false),
  )

  test('shows models the strict schema', () => {
    expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({
      type: 'object',
      properties: { path: { type: 'string' }, line: {} },
      required: ['path'],
    })
  })
})
