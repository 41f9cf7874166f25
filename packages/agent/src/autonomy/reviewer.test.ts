import { scriptedModel } from '@salp/models/testing'
import { describe, expect, test } from 'vitest'
import { createReviewer } from './reviewer.js'

const request = {
  ...{ title: 'Document it', acceptance: ['it is documented', 'it is short'], diff: '+ a word', passed: ['npm test'] },
  ...{ by: 'executor', signal: new AbortController().signal },
}

describe('createReviewer()', () => {
  test('reads a verdict on each, whatever stands around them, and asks another model than the one that did it', async () => {
    const model = scriptedModel([
      {
        text: 'Well:\n```json\n{"verdicts":[{"number":1,"holds":true,"why":"a word"},{"number":"2","holds":false,"why":"long"}]}\n```',
      },
    ])
    const found = await createReviewer(model, () => true).review(request)
    expect(found.verdicts).toEqual([
      { criterion: 'it is documented', holds: true, why: 'a word' },
      { criterion: 'it is short', holds: false, why: 'long' },
    ])
    expect(found.independent).toBe(true)
    expect(model.calls[0]?.providerOptions).toEqual({ salp: { avoid: 'executor' } })
  })

  test('lets nothing hold of which nothing is said', async () => {
    const model = scriptedModel([{ text: '{"verdicts":[{"number":2,"holds":true,"why":"ok"}]}' }])
    const { verdicts } = await createReviewer(model, () => true).review(request)
    expect(verdicts.map(({ holds }) => holds)).toEqual([false, true])
  })

  test.each(['It is fine.', '{"verdicts":"all good"}', ''])('takes %o for no verdict', async (text) => {
    const model = scriptedModel([{ text }])
    await expect(createReviewer(model, () => true).review(request)).rejects.toMatchObject({ code: 'agent/review' })
  })
})
