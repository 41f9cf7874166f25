import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { withSpeculation } from '../node/tools/speculative-workspace.js'
import { createWorkspace } from '../node/tools/workspace.js'
import { createWriteTools } from '../node/tools/write-tools.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { createTestAgent } from '../testing/test-agent.js'

const edit = (path: string, find: string, replace: string) => ({ name: 'edit_file', input: { path, find, replace } })

/** Lets a model make `calls` in one reply. @returns What it reads of each. */
async function batch(calls: readonly { name: string; input: Record<string, string> }[], { together = true } = {}) {
  const folder = await temporaryFolder({ 'a.ts': 'name', 'b.ts': 'name' })
  const workspace = withSpeculation(await createWorkspace(folder.path))
  const made = createTestAgent({
    script: [{ calls: [...calls] }, { text: 'Done' }],
    tools: () => createWriteTools({ workspace }),
    policy: [{ tool: '*', tier: 'allow' }],
    ...(together && { speculator: workspace }),
  })
  await made.agent.turn({ text: 'Rename it', channel: 'test' })
  const message = made.model.calls[1]?.prompt.at(-1)
  const read = message?.role === 'tool' ? message.content.map((part) => JSON.stringify(part)) : []
  const batches = made.events.flatMap(({ name, data }) => (name.startsWith('batch:') ? [[name, data] as const] : []))
  const audit = made.agent.audit.list({ limit: 9 }).map(({ tool, result }) => `${tool} ${result}`)
  const files = await Promise.all(['a.ts', 'b.ts'].map((name) => readFile(join(folder.path, name), 'utf8')))
  const created = existsSync(join(folder.path, 'c.ts'))
  await made.agent.close()
  made.db.close()
  await folder[Symbol.asyncDispose]()
  return { read, files, created, audit, batches }
}

describe('runCalls() with a speculator', () => {
  test('undoes the writes of a reply of which one fails, and tells the model', async () => {
    const { read, files, created, audit, batches } = await batch([
      edit('a.ts', 'name', 'title'),
      edit('b.ts', 'no such text', 'title'),
      { name: 'write_file', input: { path: 'c.ts', content: 'title' } },
    ])
    expect([files, created]).toEqual([['name', 'name'], false])
    expect(read.map((part) => part.includes('Undone: edit_file in the same reply failed'))).toEqual([true, false, true])
    expect(audit.toReversed()).toEqual([
      'edit_file ok',
      'edit_file invalid',
      'write_file ok',
      'edit_file failed',
      'write_file failed',
    ])
    const calls = [
      { callId: 'call-1', tool: 'edit_file' },
      { callId: 'call-3', tool: 'write_file' },
    ]
    expect(batches).toEqual([['batch:undone', { calls, reason: 'edit_file in the same reply failed' }]])
  })

  test('keeps the writes of a reply that all succeed, each seeing the one before', async () => {
    const { files, read, batches } = await batch([
      edit('a.ts', 'name', 'title'),
      edit('a.ts', 'title', 'heading'),
      edit('b.ts', 'name', 'heading'),
    ])
    expect(files).toEqual(['heading', 'heading'])
    expect(read.some((part) => part.includes('error'))).toBe(false)
    expect(batches.map(([name]) => name)).toEqual(['batch:kept'])
  })

  test('lets each call count alone without one', async () => {
    const { files } = await batch([edit('a.ts', 'name', 'title'), edit('b.ts', 'no such text', 'x')], {
      together: false,
    })
    expect(files).toEqual(['title', 'name'])
  })

  test('lets a single write count alone, whatever fails beside it', async () => {
    const { files } = await batch([edit('a.ts', 'name', 'title'), { name: 'nothing', input: {} }])
    expect(files).toEqual(['title', 'name'])
  })
})
