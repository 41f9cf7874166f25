import { describe, expect, test } from 'vitest'
import { summarizeCall, summaryText } from './call-summary.js'

describe('summarizeCall()', () => {
  test.each([
    ['read_file', { path: 'a.md' }, 'Read a.md'],
    ['read_file', { path: 'a.md', startLine: 2, endLine: 9 }, 'Read lines 2–9 of a.md'],
    ['read_file', { path: 'a.md', endLine: 1 }, 'Read the first 1 line of a.md'],
    ['list_files', {}, 'List files in .'],
    ['list_files', { path: 'docs', pattern: '*.md' }, 'List files in docs *.md'],
    ['write_file', { path: 'a.md', content: '', mode: 'append' }, 'Append to a.md'],
    ['patch_file', { patch: '--- a/x.ts\n+++ b/x.ts\n@@\n+y\n' }, 'Patch x.ts'],
    ['run_command', { command: 'ls  -la\n' }, 'Run ls -la'],
    ['update_task', { id: 3, status: 'done' }, 'Complete task #3'],
    ['update_task', { id: 3, title: 'Tea' }, 'Update task #3 Tea'],
    ['list_tasks', {}, 'List open tasks'],
    ['ask_human', { question: 'Which?' }, 'Ask you Which?'],
    ['someone_elses', { n: 1, where: 'there' }, 'Use someone_elses there'],
  ])('puts %s %j as "%s"', (tool, input, text) => {
    expect(summaryText(summarizeCall(tool, input))).toBe(text)
  })

  test.each([undefined, null, 'text', [], { path: 7 }])(
    'takes an input that is still streaming in or wrong: %j',
    (input) => {
      expect(summaryText(summarizeCall('write_file', input))).toBe('Write')
    },
  )
})
