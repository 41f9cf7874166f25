import type { ContextView } from '@salp/agent'
import { expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { type ServedRequest, sendJson } from '../testing/serve.js'

const view: ContextView = {
  ...{ turnId: 't', input: 'What did we decide?' },
  recalled: [
    {
      ...{ id: 'm1', content: 'SQLite only', kind: 'fact', score: 0.91, confidence: 1 },
      ...{ source: { author: 'user', at: 0 }, verification: 'stated' },
    },
  ],
  steps: [
    {
      ...{ step: 1, contextTokens: 4_096, reserveTokens: 1_024, tools: 31, toolTokens: 900, tokens: 2_000 },
      history: { shownTurns: 2, omittedTurns: 7, tokens: 600 },
      sections: [
        { name: 'identity', tokens: 180, shown: 1, dropped: 0 },
        { name: 'memories', tokens: 40, shown: 1, dropped: 4 },
      ],
      ...{ records: 'Now: \u001b[31mred', inputTokens: 2_100 },
    },
  ],
}

function answer({ path }: ServedRequest, response: Parameters<typeof sendJson>[0]): void {
  if (path === '/api/sessions?limit=1') sendJson(response, { sessions: [{ id: 's1' }] })
  else if (path === '/api/sessions/s1/context') sendJson(response, view)
  else sendJson(response, { turnId: undefined, input: '', recalled: [], steps: [] })
}

test('salp context explain tells of each part what it took, what was left out, and why', async () => {
  const { output } = await runOnNode(['context', 'explain'], answer)
  expect(output).toContain('2000 of 4096 tokens, 1024 kept free for the reply; the provider counted 2100')
  expect(output).toMatch(/memories +40 +1, 4 left out +recalled for what you said/)
  expect(output).toMatch(/conversation +600 +3 turns, 7 summed up/)
  expect(output).toContain('0.91 [m1] SQLite only')
  expect(output).not.toContain('Now:')
})

test('salp context explain --text prints what stood before the words of the person, made safe', async () => {
  const { output } = await runOnNode(['context', 'explain', 's1', '--text'], answer)
  expect(output).toContain('Now: ')
  expect(output).not.toContain('\u001b[31mred')
})

test('salp context explain says that no model was asked', async () => {
  const { output, requests } = await runOnNode(['context', 'explain', 's1', '--turn', 'x/y'], answer)
  expect(output).toBe('No model was asked in this turn\n')
  expect(requests[0]?.path).toBe('/api/sessions/s1/context?turn=x%2Fy')
})
