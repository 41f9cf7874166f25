import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stoppedClock } from '@salp/core/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { createTestAgent } from '../testing/test-agent.js'
import { withSpeculation } from './tools/speculative-workspace.js'
import { createWorkspace } from './tools/workspace.js'
import { createWriteTools } from './tools/write-tools.js'
import { openUndoLog } from './undo.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

async function setup({ turns }: { turns?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'salp undo '))
  folders.push(folder)
  const root = join(folder, 'work')
  mkdirSync(root)
  const log = openUndoLog({ clock: stoppedClock(5) }, { folder: join(folder, 'undo'), protect: () => [], turns })
  const workspace = log.watch(await createWorkspace(root))
  const write = (turnId: string, path: string, text: string | undefined) =>
    log.within({ sessionId: 's', turnId }, async () =>
      workspace.commit([
        { path: await workspace.locateForWriting(path), bytes: text === undefined ? undefined : Buffer.from(text) },
      ]),
    )
  const read = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)
  return { folder, root, log, workspace, write, read }
}

describe('openUndoLog()', () => {
  test('puts back what was changed, takes away what was made, and brings again what was deleted', async () => {
    const { root, log, write, read } = await setup()
    for (const name of ['changed', 'deleted']) writeFileSync(join(root, name), `${name} before`)
    await write('t', 'changed', 'once')
    await write('t', 'changed', 'twice')
    await write('t', 'made/new', 'new')
    await write('t', 'deleted', undefined)
    expect(await log.list()).toEqual([
      { sessionId: 's', turnId: 't', at: 5, files: ['changed', 'made/new', 'deleted'] },
    ])
    expect(await log.undo('t')).toEqual([
      { path: 'changed', now: 'restored' },
      { path: 'made/new', now: 'removed' },
      { path: 'deleted', now: 'restored' },
    ])
    expect(['changed', 'made/new', 'deleted'].map(read)).toEqual(['changed before', undefined, 'deleted before'])
    await expect(log.undo('t')).rejects.toMatchObject({ code: 'agent/undo-unknown' })
  })

  test('changes nothing where somebody changed one of the files since', async () => {
    const { root, log, write, read } = await setup()
    await write('t', 'a', 'ours')
    await write('t', 'b', 'ours')
    writeFileSync(join(root, 'b'), 'theirs')
    await expect(log.undo('t')).rejects.toMatchObject({ code: 'agent/undo-conflict' })
    expect([read('a'), read('b')]).toEqual(['ours', 'theirs'])
  })

  test('takes back a later turn first', async () => {
    const { log, write, read } = await setup()
    await write('t1', 'a', 'one')
    await write('t2', 'a', 'two')
    await expect(log.undo('t1')).rejects.toMatchObject({ code: 'agent/undo-conflict' })
    await log.undo('t2')
    expect(read('a')).toBe('one')
    await log.undo('t1')
    expect(read('a')).toBeUndefined()
  })

  test('is not misled by a change that a crash kept from being made', async () => {
    const { folder, log, write, read } = await setup()
    await write('t', 'a', 'one')
    const changes = join(folder, 'undo', 't', 'changes.jsonl')
    const line = JSON.parse(readFileSync(changes, 'utf8'))
    writeFileSync(changes, `${JSON.stringify(line)}\n${JSON.stringify({ ...line, after: 'never' })}\n{"cut`)
    await log.undo('t')
    expect(read('a')).toBeUndefined()
  })

  test('keeps the newest turns alone, and no names but ids', async () => {
    const { folder, log, write } = await setup({ turns: 2 })
    for (const turnId of ['t1', 't2', 't3']) await write(turnId, 'a', turnId)
    expect(readdirSync(join(folder, 'undo'))).toHaveLength(2)
    await expect(log.undo('../work')).rejects.toMatchObject({ code: 'agent/undo-unknown' })
  })

  test('takes back what a turn of an agent wrote, tried or not', async () => {
    const { log, workspace, read } = await setup()
    const tried = withSpeculation(workspace)
    const made = createTestAgent({
      within: log.within,
      speculator: tried,
      policy: [{ tier: 'allow' }],
      tools: () => createWriteTools({ workspace: tried }),
      script: [
        { calls: ['a', 'b'].map((path) => ({ name: 'write_file', input: { path, content: path } })) },
        { calls: [{ name: 'write_file', input: { path: 'a', content: 'again' } }] },
        { text: 'Done.' },
      ],
    })
    await made.agent.turn({ text: 'go', channel: 'test' })
    expect([read('a'), read('b')]).toEqual(['again', 'b'])
    const [turn] = await log.list()
    await log.undo(turn?.turnId ?? '')
    expect([read('a'), read('b')]).toEqual([undefined, undefined])
    await made.agent.close()
    made.db.close()
  })
})
