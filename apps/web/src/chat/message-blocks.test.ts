import { describe, expect, test } from 'vitest'
import type { StudioMessage } from '../api/contracts.js'
import { viewMessage } from './message-blocks.js'

const call = (toolCallId: string) =>
  ({ type: 'dynamic-tool', toolName: 'recall', toolCallId, state: 'input-available', input: {} }) as const

const message = (parts: StudioMessage['parts']): StudioMessage => ({ id: 'm1', role: 'assistant', parts })

describe('viewMessage()', () => {
  test('links consecutive calls into one chain, across steps', () => {
    const { blocks, text } = viewMessage(
      message([
        { type: 'step-start' },
        call('c1'),
        call('c2'),
        { type: 'step-start' },
        call('c3'),
        { type: 'text', text: 'Done' },
        call('c4'),
      ]),
    )
    expect(
      blocks.map((block) => (block.type === 'chain' ? block.calls.map(({ toolCallId }) => toolCallId) : block.type)),
    ).toEqual([['c1', 'c2', 'c3'], 'text', ['c4']])
    expect(text).toBe('Done')
  })

  test('leaves out text and thoughts that are empty', () => {
    expect(
      viewMessage(
        message([
          { type: 'text', text: ' \n' },
          { type: 'reasoning', text: '' },
        ]),
      ).blocks,
    ).toEqual([])
  })

  test('takes the turn and the recalled memories out of the flow', () => {
    const turn = { turnId: 't1', status: 'completed' } as const
    const view = viewMessage(
      message([
        { type: 'data-recall', data: { hits: [] } },
        { type: 'data-turn', data: turn },
      ]),
    )
    expect(view).toEqual({ blocks: [], recalled: [], turn, text: '' })
  })
})
