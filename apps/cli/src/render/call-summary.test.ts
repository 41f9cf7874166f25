import { describe, expect, test } from 'vitest'
import { summarizeCall, summarizeOutcome } from './call-summary.js'

describe('summarizeCall()', () => {
  const cases: [string, unknown, string, string | undefined][] = [
    ['read_file', { path: 'a.ts', startLine: 3, endLine: 9 }, 'Read', 'a.ts:3-9'],
    ['list_files', {}, 'List files in', '.'],
    ['run_command', { command: 'git status' }, 'Run', 'git status'],
    ['patch_file', { patch: '--- a/x\n+++ b/x\n--- a/y\n+++ b/y\n' }, 'Patch', 'x, y'],
    ['update_task', { id: 3, status: 'done' }, 'Complete task', '#3'],
    ['ask_human', { question: 'q' }, 'Ask you', undefined],
    ['mystery', { a: 1 }, 'Use mystery', '{"a":1}'],
    ['run_command', null, 'Run', undefined],
  ]
  test.each(cases)('of %s with %j is %s %s', (tool, input, phrase, object) => {
    expect(summarizeCall(tool, input)).toEqual(
      object === undefined ? { phrase, ...(tool === 'run_command' && { object }) } : { phrase, object },
    )
  })

  test('shows no escape sequence', () => {
    expect(summarizeCall('run_command', { command: 'echo \u001b[31m' }).object).toBe('echo ␛[31m')
  })
})

describe('summarizeOutcome()', () => {
  test('shows the first lines of a command, and its exit code when it is not 0', () => {
    const output = {
      exitCode: 2,
      stdout: 'a\nb\nc\nd\ne\nf\ng\nh\n',
      stderr: 'oops\n',
      truncated: false,
      durationMs: 5,
    }
    expect(summarizeOutcome('run_command', { status: 'ok', output })).toEqual({
      words: 'exit code 2',
      lines: ['a', 'b', 'c', 'd', 'e', 'f', '… 4 more lines'],
    })
  })

  test('tells the kind, the message and the hint of a failure', () => {
    const error = { kind: 'timeout' as const, message: 'It took too long', hint: 'Try less' }
    expect(summarizeOutcome('fetch_url', { status: 'error', error })).toEqual({
      words: 'timeout',
      lines: ['It took too long', 'Try less'],
    })
  })

  test('tells of a check that failed', () => {
    const outcome = {
      status: 'ok' as const,
      output: { sizeBytes: 2_048 },
      verification: { passed: false, detail: 'the file is gone' },
    }
    expect(summarizeOutcome('write_file', outcome)).toEqual({
      words: '2.0 KiB',
      lines: ['Check failed: the file is gone'],
    })
  })

  test('copes with output of another shape', () => {
    for (const tool of ['run_command', 'list_files', 'recall', 'create_task', 'read_file']) {
      for (const output of [null, 'text', 3, [], {}])
        expect(() => summarizeOutcome(tool, { status: 'ok', output })).not.toThrow()
    }
  })
})
