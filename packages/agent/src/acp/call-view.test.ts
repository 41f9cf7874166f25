import { describe, expect, test } from 'vitest'
import { pathOf, viewCall } from './call-view.js'

const view = (tool: string, input: Parameters<typeof viewCall>[0]['input'], before?: string) =>
  viewCall({ tool, input, effect: 'write' }, { folder: '/home/me', before })

describe('viewCall()', () => {
  test('shows a line that is read', () => {
    expect(view('read_file', { path: 'src/a.ts', startLine: 12 })).toEqual({
      title: 'Read src/a.ts',
      kind: 'read',
      locations: [{ path: '/home/me/src/a.ts', line: 12 }],
      diffs: [],
    })
  })

  test('shows what an edit replaces, by whatever name the model gave the path', () => {
    expect(view('edit_file', { file_path: '/home/me/a', find: 'x', replace: 'y' })).toMatchObject({
      locations: [{ path: '/home/me/a' }],
      diffs: [{ type: 'diff', path: '/home/me/a', oldText: 'x', newText: 'y' }],
    })
  })

  test('shows a file that is written against what it held', () => {
    expect(view('write_file', { path: 'a', content: 'new' }, 'old').diffs).toMatchObject([{ oldText: 'old' }])
    expect(view('write_file', { path: 'a', content: 'new' }).diffs).toMatchObject([{ oldText: null }])
    expect(view('write_file', { path: 'a', content: 'same' }, 'same').diffs).toEqual([])
  })

  test('shows each hunk of a patch, created and deleted files among them', () => {
    const patch = '--- a/one\n+++ b/one\n@@\n keep\n-old\n+new\n--- /dev/null\n+++ b/two\n@@\n+fresh\n'
    expect(view('patch_file', { patch })).toMatchObject({
      title: 'Patch one, two',
      locations: [{ path: '/home/me/one' }, { path: '/home/me/two' }],
      diffs: [
        { path: '/home/me/one', oldText: 'keep\nold', newText: 'keep\nnew' },
        { path: '/home/me/two', oldText: null, newText: 'fresh' },
      ],
    })
  })

  test.each([null, 'text', 7, [], { path: 7 }, { patch: 'nonsense' }, {}])('makes something of %j', (input) => {
    for (const tool of ['read_file', 'patch_file', 'write_file', 'server__tool'])
      expect(view(tool, input).title).not.toBe('')
    expect(pathOf(input)).toBeUndefined()
  })

  test('names a tool that is not ours, and cuts what it is called with', () => {
    expect(view('notes__add_note', { text: 'x'.repeat(500) }).title).toMatch(/^notes: add note \{"text":"x{50,}…$/)
  })
})
