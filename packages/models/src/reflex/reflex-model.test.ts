import type { LanguageModelV4Prompt } from '@ai-sdk/provider'
import { describe, expect, test } from 'vitest'
import { collect } from '../testing/collect.js'
import { reflexModel } from './reflex-model.js'
import { agentTools, converse, failure, type Result, toolsOf } from './testing/converse.js'

const hit = (content: string, more: object = {}) => ({
  id: content,
  content,
  kind: 'fact',
  score: 1,
  source: { author: 'user', at: Date.UTC(2026, 10, 21, 9) },
  verification: 'stated',
  confidence: 1,
  ...more,
})
const task = (id: number, title: string, more: object = {}) => ({
  id,
  title,
  notes: '',
  status: 'open',
  priority: 0,
  createdAt: 0,
  updatedAt: 0,
  ...more,
})

describe('reflexModel()', () => {
  test('answers from memory, and says where the fact is from', async () => {
    const { rounds, text } = await converse('when does the deploy key rotate?', () => ({
      hits: [hit('The deploy server is called atlas'), hit('The deploy key rotates on Fridays')],
    }))
    expect(rounds).toEqual([[['recall', { query: 'deploy key rotate' }]]])
    expect(text).toBe('The deploy key rotates on Fridays.\n\n*You told me on 21 November 2026 (stated).*')
  })

  test('turns what a person said of themselves around', async () => {
    const answer = async (content: string, question: string) =>
      (await converse(question, () => ({ hits: [hit(content)] }))).text.split('\n')[0]
    expect(await answer('My favourite editor is Helix', 'what is my favourite editor?')).toBe(
      'Your favourite editor is Helix.',
    )
    expect(await answer('I live in Berlin', 'where do I live?')).toBe('You live in Berlin.')
    expect(await answer("I'm allergic to peanuts", 'what am I allergic to?')).toBe('You are allergic to peanuts.')
  })

  test('says so when memory holds nothing, or only something near', async () => {
    expect((await converse('who is Zoe?', () => ({ hits: [] }))).text).toContain('I know nothing about “Zoe”')
    expect((await converse('who is Zoe?', () => ({ hits: [hit('Tea is at four')] }))).text).toContain(
      'I know nothing for certain about “Zoe”',
    )
  })

  test('says what it was not told, and how sure it is', async () => {
    const source = { author: 'tool', channel: 'web', at: Date.UTC(2026, 0, 2) }
    const { text } = await converse('what is the port?', () => ({
      hits: [hit('The port is 4023', { source, verification: 'inferred', confidence: 0.6 })],
    }))
    expect(text).toContain('*A tool told me on 2 January 2026 (inferred, via web, confidence 60 %).*')
  })

  test('remembers, and knows what it knew', async () => {
    const result = (status: string) => () => ({ id: '1', content: 'Tea is at four', status })
    expect((await converse('remember that tea is at four', result('added'))).text).toBe(
      'I will remember: Tea is at four',
    )
    expect((await converse('remember that tea is at four', result('known'))).text).toBe(
      'I knew that already: Tea is at four',
    )
  })

  test('makes, lists and finishes tasks', async () => {
    const tasks = [task(1, 'Review the README'), task(2, 'Buy milk', { priority: 1 })]
    const run = (tool: string, input: Record<string, unknown>): Result => {
      if (tool === 'list_tasks') return { tasks }
      return {
        task: task(Number(input.id ?? 3), String(input.title ?? 'Buy milk'), { status: input.status ?? 'open' }),
      }
    }
    expect((await converse('create a task to test it', run)).text).toBe('Added task 3: **Test it**.')
    expect((await converse('list my tasks', run)).text).toBe(
      'You have 2 open tasks:\n\n- [ ] **1** Review the README\n- [ ] **2** Buy milk (priority 1)',
    )
    const finished = await converse('finish the task to buy milk', run)
    expect(finished.rounds).toEqual([[['list_tasks', {}]], [['update_task', { id: 2, status: 'done' }]]])
    expect(finished.text).toBe('Task 2, **Buy milk**, is done.')
    expect((await converse('finish the task about tax', run)).text).toContain('I found no task like “tax”')
    expect((await converse('finish all my tasks', run)).rounds[1]).toHaveLength(2)
  })

  test('shows files and the output of commands as they are', async () => {
    const run = (tool: string): Result =>
      tool === 'read_file'
        ? '# A\n```js\nx\n```\n'
        : tool === 'run_command'
          ? { exitCode: 1, stdout: 'out\n', stderr: 'err\n', truncated: false, durationMs: 3 }
          : {
              path: 'docs',
              entries: [
                { path: 'docs/guide', kind: 'folder' },
                { path: 'docs/a.md', kind: 'file', sizeBytes: 2_048 },
              ],
              truncated: false,
            }
    expect((await converse('read a.md', run)).text).toBe('`a.md`:\n\n````markdown\n# A\n```js\nx\n```\n````')
    expect((await converse('run ls', run)).text).toBe('`ls` failed with exit code 1.\n\n```\nout\n```\n\n```\nerr\n```')
    expect((await converse('list the files in docs', run)).text).toBe(
      'In `docs`:\n\n- `docs/guide/`\n- `docs/a.md` – 2.0 KiB',
    )
  })

  test('explains failures and denials', async () => {
    expect((await converse('run ls', () => ({ type: 'execution-denied', reason: 'not now' }))).text).toBe(
      'You did not allow `run_command`: not now. Nothing was changed.',
    )
    expect((await converse('run ls', () => failure('denied', 'Policy forbids it'))).text).toBe(
      '`run_command` was not allowed: Policy forbids it. Nothing was changed.',
    )
    expect((await converse('read a.md', () => failure('failed', 'No such file', 'Look at list_files'))).text).toBe(
      '`read_file` failed: No such file. Look at list_files.',
    )
    expect((await converse('read a.md', () => ({ type: 'error-text', value: 'boom' }))).text).toBe(
      '`read_file` failed: boom',
    )
  })

  test('makes independent calls at once, and what changes things in order', async () => {
    const run = (tool: string): Result =>
      tool === 'write_file' ? { path: 'a.txt', sizeBytes: 2, sha256: '', created: true } : 'hi'
    const reads = await converse('read a.md and read b.md', run)
    expect(reads.rounds).toHaveLength(1)
    const ordered = await converse('create file a.txt with content hi and then read it', run)
    expect(ordered.rounds.map(([call]) => call?.[0])).toEqual(['write_file', 'read_file'])
    expect(ordered.text).toBe('Created `a.txt`, now 2 bytes.\n\n`a.txt`:\n\n```txt\nhi\n```')
  })

  test('goes no further once something that changes things has failed', async () => {
    const { rounds, text } = await converse('run npm test and then finish task 2', () => ({ type: 'execution-denied' }))
    expect(rounds).toHaveLength(1)
    expect(text).toBe(
      'You did not allow `run_command`. Nothing was changed.\n\nI stopped there; still to do: `update_task`.',
    )
    const tasks = [task(2, 'Buy milk')]
    const found = await converse('finish the task to buy milk and then run ls', (tool) =>
      tool === 'list_tasks' ? { tasks } : failure('failed', 'Busy'),
    )
    expect(found.text).toBe('`update_task` failed: Busy.\n\nI stopped there; still to do: `run_command`.')
  })

  test('says which tool it lacks, and calls none that is not offered', async () => {
    const { rounds, text } = await converse('run ls', undefined, { offered: ['recall'] })
    expect([rounds, text]).toEqual([[], 'For that I would need the tool `run_command`, which is not available here.'])
  })

  test('says what it is and how to connect a model when asked, and when it does not understand', async () => {
    for (const said of ['what are you?', 'sing a song about the sea']) {
      const { text } = await converse(said)
      expect(text).toContain('There is no language model behind me')
      expect(text).toContain('SALP_MODEL_URL')
    }
    expect((await converse('hello')).text).not.toContain('language model')
  })

  test('takes "it" for what was made in an earlier turn', async () => {
    const first = await converse('create a task to test it', () => ({ task: task(7, 'Test it') }))
    const before: LanguageModelV4Prompt = [
      ...first.prompt,
      { role: 'assistant', content: [{ type: 'text', text: first.text }] },
    ]
    const { rounds } = await converse('mark it as done', () => ({ task: task(7, 'Test it', { status: 'done' }) }), {
      before,
    })
    expect(rounds).toEqual([[['update_task', { id: 7, status: 'done' }]]])
  })

  test('streams word by word what it would generate, with ids that a replay repeats', async () => {
    const prompt: LanguageModelV4Prompt = [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }]
    const parts = await collect((await reflexModel().doStream({ prompt })).stream)
    const words = parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : []))
    const { content, usage } = await reflexModel().doGenerate({ prompt })
    expect(words.length).toBeGreaterThan(5)
    expect(content).toEqual([{ type: 'text', text: words.join('') }])
    expect([usage.inputTokens.total, usage.outputTokens.total]).toEqual([0, 0])
    const calls = async () =>
      (
        await reflexModel().doGenerate({
          prompt: [{ role: 'user', content: [{ type: 'text', text: 'status' }] }],
          tools: toolsOf(agentTools),
        })
      ).content
    expect(await calls()).toEqual(await calls())
  })

  test('rejects with the reason of the signal', async () => {
    const reason = new Error('stop')
    await expect(reflexModel().doGenerate({ prompt: [], abortSignal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})
