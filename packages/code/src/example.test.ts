import { expect, test, vi } from 'vitest'

test('examples/change-a-repository.ts maps, changes and goes back', { timeout: 30_000 }, async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  await import('../examples/change-a-repository.js')
  const lines = log.mock.calls
  log.mockRestore()
  expect(lines).toMatchInlineSnapshot(`
    [
      [
        "sum.ts:
        1 function sum(values: number[]): number",
      ],
      [
        [
          "sum.ts:1",
        ],
      ],
      [
        "export function sum(values: number[]): number {
      return values.reduce((total, value) => total + value, 0)
    }
    ",
      ],
      [
        [
          "sum.ts",
        ],
        false,
      ],
    ]
  `)
})
