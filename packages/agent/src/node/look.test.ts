import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { createLook } from './look.js'

const { signal } = new AbortController()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function serve(status: number, body: string): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end(body))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => new Promise((resolve) => server.close(resolve)))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('createLook()', () => {
  test('sees files that fit, without what git ignores, and another version once they change', async () => {
    await using folder = await temporaryFolder({
      'notes/a.md': 'a',
      'notes/deep/b.md': 'b',
      'notes/c.txt': 'c',
      'notes/.gitignore': 'ignored.md\n',
      'notes/ignored.md': 'no',
    })
    const look = createLook({ folder: folder.path, protect: [] })
    const trigger = { type: 'files', folder: 'notes', glob: '**/*.md', minutes: 5 } as const
    const before = await look(trigger, { signal })
    expect(before.map(({ key, line }) => [key, line])).toEqual([
      ['a.md', 'a.md'],
      ['deep/b.md', 'deep/b.md'],
    ])
    appendFileSync(join(folder.path, 'notes/a.md'), 'more')
    const after = await look(trigger, { signal })
    expect(after[0]?.version).not.toBe(before[0]?.version)
    expect(after[1]).toEqual(before[1])
  })

  test('shows nothing of what is protected', async () => {
    await using folder = await temporaryFolder({ secret: 'x' })
    const look = createLook({ folder: folder.path, protect: [folder.path] })
    await expect(look({ type: 'files', folder: '.', glob: '**', minutes: 5 }, { signal })).rejects.toThrow()
  })

  test('reads a feed, and says what it got instead of one', async () => {
    const good = await serve(200, '{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"1"}]}')
    const gone = await serve(410, 'gone')
    const look = createLook({ folder: '/', protect: [], allowHosts: [good, gone] })
    const feed = (host: string) => look({ type: 'feed', url: `http://${host}/feed`, minutes: 60 }, { signal })
    expect(await feed(good)).toEqual([{ key: '1', version: '', line: '1' }])
    await expect(feed(gone)).rejects.toMatchObject({ code: 'agent/watch' })
  })

  test('reaches no address of this machine or its network', async () => {
    const host = await serve(200, '{}')
    const look = createLook({ folder: '/', protect: [] })
    await expect(look({ type: 'feed', url: `http://${host}/`, minutes: 60 }, { signal })).rejects.toMatchObject({
      kind: 'denied',
    })
  })

  test('looks at no feed where everything stays on the machine', async () => {
    const host = await serve(200, '{}')
    const look = createLook({ folder: '/', protect: [], allowHosts: [host], airGap: true })
    await expect(look({ type: 'feed', url: `http://${host}/`, minutes: 60 }, { signal })).rejects.toMatchObject({
      code: 'agent/watch',
    })
  })
})
