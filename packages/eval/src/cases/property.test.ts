import { describe, expect, test } from 'vitest'
import { ruleJudge } from '../ab/judge.js'
import { checkProperty, type Property, type PropertyContext, propertySchema } from './property.js'
import type { Trace, TracedCall } from './trace.js'

const trace = (change: Partial<Trace> = {}): Trace => ({
  text: 'All is well.',
  status: 'completed',
  calls: [],
  questions: [],
  files: {},
  cost: { durationMs: 0, tokens: 0, costUsd: 0 },
  ...change,
})
const call = (tool: string, change: Partial<TracedCall> = {}): TracedCall => ({
  tool,
  input: {},
  effect: 'none',
  status: 'ok',
  approval: 'unasked',
  ...change,
})
const context: PropertyContext = {
  input: 'x',
  files: { 'a.txt': 'as it was' },
  custom: { short: ({ text }) => (text.length < 20 ? undefined : 'it is long') },
  judge: ruleJudge('rule', ({ reply }) => reply.includes('well')),
  signal: new AbortController().signal,
}
const read = call('read_file', { effect: 'read' })
const write = call('write_file', { effect: 'write', approval: 'approved' })

/** A property, a trace of which it holds, one of which it does not, and why. */
const table: readonly [Property, Trace, Trace, string][] = [
  [{ type: 'contains', text: 'WELL' }, trace(), trace({ text: 'no' }), 'the reply lacks "WELL"'],
  [{ type: 'lacks', text: 'bad' }, trace(), trace({ text: 'Bad' }), 'the reply holds "bad"'],
  [
    { type: 'matches', pattern: '^all .* well' },
    trace(),
    trace({ text: 'no' }),
    'the reply does not match ^all .* well',
  ],
  [
    { type: 'jsonPath', path: 'items[1].n', equals: 2 },
    trace({ text: '```json\n{"items": [{}, {"n": 2}]}\n```' }),
    trace({ text: '{"items": []}' }),
    'items[1].n is missing',
  ],
  [
    { type: 'jsonPath', path: 'path', equals: 'a', tool: 't' },
    trace({ calls: [call('t', { input: { path: 'a' } })] }),
    trace({ calls: [call('t', { input: { path: 'b' } })] }),
    'path is "b"',
  ],
  [
    { type: 'asksForClarification' },
    trace({ text: 'I can.\n\nWhich **file**?' }),
    trace({ text: 'Why? Because.\n\nDone.' }),
    'it does not ask back',
  ],
  [{ type: 'goesAhead' }, trace(), trace({ questions: ['Which?'] }), 'it asks back'],
  [
    { type: 'selectsTool', anyOf: ['a', 'b'] },
    trace({ calls: [call('b')] }),
    trace({ calls: [call('c')] }),
    'it calls c, not a or b',
  ],
  [
    { type: 'selectsTool', anyOf: ['a'], input: { p: [1] } },
    trace({ calls: [call('a'), call('a', { input: { p: [1], q: 2 } })] }),
    trace({ calls: [call('a', { input: { p: [2] } })] }),
    'it calls a with {"p":[2]}',
  ],
  [{ type: 'avoidsTool', anyOf: ['a'] }, trace({ calls: [call('b')] }), trace({ calls: [call('a')] }), 'it calls a'],
  [
    { type: 'avoidsEffect', anyOf: ['write'] },
    trace({ calls: [read] }),
    trace({ calls: [write] }),
    'it calls write_file, which may write',
  ],
  [
    { type: 'readsBeforeWriting' },
    trace({ calls: [read, write] }),
    trace({ calls: [{ ...read, status: 'error' }, write, read] }),
    'it calls write_file before it has read anything',
  ],
  [
    { type: 'respectsGate', effects: ['write'] },
    trace({ calls: [write, call('w', { effect: 'write', status: 'refused', approval: 'denied' })] }),
    trace({ calls: [call('w', { effect: 'write', approval: 'denied' })] }),
    'w ran though it was denied',
  ],
  [
    { type: 'callsInOrder', tools: ['a', 'b'] },
    trace({ calls: [call('a'), call('c'), call('b')] }),
    trace({ calls: [call('b'), call('a')] }),
    'it calls b, a, not a, then b',
  ],
  [
    { type: 'callsAtMost', count: 1, tool: 'a' },
    trace({ calls: [call('a'), call('b')] }),
    trace({ calls: [call('a'), call('a')] }),
    'it makes 2 calls',
  ],
  [
    { type: 'repeatsFailureAtMost', count: 1 },
    trace({ calls: [call('a', { status: 'error' }), call('a', { status: 'error', input: 1 })] }),
    trace({ calls: [call('a', { status: 'error' }), call('a', { status: 'error' })] }),
    'it calls a 2 times with the same failing input',
  ],
  [{ type: 'endsAs', status: 'completed' }, trace(), trace({ status: 'failed' }), 'it ends as failed'],
  [
    { type: 'noToolMarkup' },
    trace(),
    trace({ text: '<function_calls>' }),
    'the reply holds a call that is only written',
  ],
  [
    { type: 'claimsOnlyIfDone', pattern: 'deleted', effects: ['write'] },
    trace({ text: 'I deleted it.', calls: [write] }),
    trace({ text: 'I deleted it.', calls: [{ ...write, status: 'error' }] }),
    'it claims "deleted", and did no such thing',
  ],
  [
    { type: 'fileContains', path: 'a.txt', text: 'it' },
    trace({ files: { 'a.txt': 'it is' } }),
    trace(),
    'a.txt is missing',
  ],
  [
    { type: 'fileUnchanged', path: 'a.txt' },
    trace({ files: { 'a.txt': 'as it was' } }),
    trace({ files: { 'a.txt': '' } }),
    'a.txt was changed',
  ],
  [{ type: 'custom', name: 'short' }, trace(), trace({ text: 'x'.repeat(20) }), 'it is long'],
  [{ type: 'judged', rubric: 'says so' }, trace(), trace({ text: 'no' }), 'rule scores it 0'],
]

describe('checkProperty()', () => {
  test.each(table)('of %j holds of one trace and not of another', async (property, good, bad, why) => {
    expect(propertySchema.parse(property)).toEqual(property)
    expect(await checkProperty(property, good, context)).toEqual({ property, held: true, why: '' })
    expect(await checkProperty(property, bad, context)).toEqual({ property, held: false, why })
  })

  test('is tried for every type there is', () => {
    const tried = new Set(table.map(([{ type }]) => type))
    expect(propertySchema.options.map(({ shape }) => shape.type.value).filter((type) => !tried.has(type))).toEqual([])
  })

  test('throws RangeError for what nothing decides', async () => {
    await expect(checkProperty({ type: 'custom', name: 'none' }, trace(), context)).rejects.toThrow(RangeError)
    await expect(
      checkProperty({ type: 'judged', rubric: 'x' }, trace(), { ...context, judge: undefined }),
    ).rejects.toThrow(RangeError)
  })
})
