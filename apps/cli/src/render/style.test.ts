import { describe, expect, test } from 'vitest'
import { createStyle, wantsColor } from './style.js'

describe('wantsColor()', () => {
  const cases: [Record<string, string>, boolean, boolean, boolean][] = [
    [{}, true, true, true],
    [{}, false, true, false],
    [{}, true, false, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, true, false],
    [{ NO_COLOR: '' }, true, true, true],
    [{ FORCE_COLOR: '1' }, false, true, true],
    [{ FORCE_COLOR: '0' }, true, true, false],
    [{ TERM: 'dumb' }, true, true, false],
  ]
  test.each(cases)('with %j, a terminal %s and the flag %s is %s', (environment, terminal, flag, wanted) => {
    expect(wantsColor({ environment, terminal, flag })).toBe(wanted)
  })
})

describe('createStyle()', () => {
  test('takes a readable width', () => {
    expect([undefined, 5, 60, 300].map((columns) => createStyle({ color: false, columns }).width)).toEqual([
      80, 80, 60, 100,
    ])
  })

  test('paints nothing without colour', () => {
    expect(createStyle({ color: false }).paint.red('x')).toBe('x')
  })
})
