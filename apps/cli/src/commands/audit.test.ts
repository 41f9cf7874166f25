import type { AuditEntry, ChainState } from '@salp/agent'
import { describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson } from '../testing/serve.js'

const hash = '0'.repeat(64)
const entry: AuditEntry = {
  ...{ sequence: 7, at: Date.UTC(2026, 10, 21, 9), sessionId: 's', turnId: 't', callId: 'c', tool: 'read_file' },
  ...{ input: '{"path":"a.txt"}', result: 'ok', previousHash: hash, hash },
}
const run = (chain: ChainState, ...words: string[]) =>
  runOnNode(['audit', ...words], (_, response) => sendJson(response, { entries: [entry], chain }))

describe('salp audit', () => {
  test('lists calls, the newest last', async () => {
    const { output, requests } = await run({ intact: true, checked: 7 }, '-n', '5')
    expect(output).toContain('#7    2026-11-21 09:00:00  read_file  ok      {"path":"a.txt"}')
    expect(requests[0]?.path).toBe('/api/audit?limit=5&all=false')
  })

  test('verifies all of the record, and fails if it was changed', async () => {
    const intact = await run({ intact: true, checked: 250, sealedUpTo: 200 }, 'verify')
    expect([intact.exitCode, intact.output]).toEqual([0, 'intact: 250 calls, signed up to #200\n'])
    expect(intact.requests[0]?.path).toBe('/api/audit?limit=1&all=true')
    const changed = await run({ intact: false, checked: 3, brokenAt: 3 }, 'verify')
    expect([changed.exitCode, changed.output]).toEqual([1, 'changed: call #3 is not as it was written\n'])
  })
})
