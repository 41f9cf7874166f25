import { describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson } from '../testing/serve.js'

const turn = { sessionId: 's', turnId: 't2', at: Date.UTC(2026, 10, 21, 9), files: ['a.md', 'b.md'] }
const run = (turns: object[], ...words: string[]) =>
  runOnNode(['undo', ...words], ({ path }, response) =>
    sendJson(response, path === '/api/undo' ? { turns } : { files: [{ path: 'a.md', now: 'restored' }] }),
  )

describe('salp undo', () => {
  test('takes back the newest turn, or the one that is named', async () => {
    const { output, requests } = await run([turn])
    expect(output).toBe('restored a.md\n')
    expect(requests.at(-1)).toMatchObject({ method: 'POST', path: '/api/turns/t2/undo' })
    expect((await run([turn], 't1')).requests.at(-1)?.path).toBe('/api/turns/t1/undo')
  })

  test('lists what there is, and says where there is nothing', async () => {
    expect((await run([turn], '--list')).output).toContain('t2    2026-11-21 09:00:00  a.md, b.md')
    expect((await run([])).exitCode).toBe(2)
  })
})
