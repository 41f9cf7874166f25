import { expect, test, vi } from 'vitest'

test('examples/one-turn.ts asks, acts and keeps a record', { timeout: 30_000 }, async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  await import('../examples/one-turn.js')
  const lines = log.mock.calls
  log.mockRestore()
  expect(lines).toMatchInlineSnapshot(`
    [
      [
        "May it? switch_light: {"room":"kitchen","on":true}",
      ],
      [
        "completed",
        "The kitchen is lit.",
      ],
      [
        {
          "checked": 1,
          "intact": true,
        },
      ],
    ]
  `)
})
