import { expect, test } from 'vitest'
import { renderColumns } from './columns.js'
import { createStyle } from './style.js'

const style = createStyle({ color: false })
const columns = [
  { title: 'Name', cell: ([name]: readonly [string, number]) => name },
  { title: 'Sum', cell: ([, sum]: readonly [string, number]) => String(sum), align: 'right' as const },
  { title: 'About', cell: ([name]: readonly [string, number]) => (name === 'b' ? '' : 'x') },
]

test('renderColumns() aligns by what is seen, and shows what a terminal would obey', () => {
  expect(renderColumns([['é\u001b日本', 7] as const, ['b', 1_000] as const], columns, style)).toBe(
    ['Name     Sum  About', 'é␛日本     7  x', 'b       1000'].join('\n'),
  )
})

test('renderColumns() gives nothing for no rows', () => {
  expect(renderColumns([], columns, style)).toBe('')
})
