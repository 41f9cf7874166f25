import { openAssemblyScript } from '@salp/cartridge/node'
import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test } from 'vitest'
import type { ProjectManifest } from '../cartridge/project.js'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { type ProjectFolder, projectFolder, sources } from '../testing/project-folder.js'

const cartridgeCompilers = { assemblyscript: openAssemblyScript({ clock: systemClock }) }
afterAll(() => cartridgeCompilers.assemblyscript.close())

/** Serves a folder, and waits for what it says. */
function serve(folder: ProjectFolder, ...words: string[]) {
  const { io, output, errors, signal } = createMemoryIo({ folder: folder.path, cartridgeCompilers })
  const exitCode = runCli(['cartridge', 'serve', '--port', '0', ...words], io)
  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = pattern.exec(errors())
        if (found === null) return
        io.stderr.off('data', look)
        resolve(found)
      }
      io.stderr.on('data', look)
      look()
    })
  const url = says(/at (http:\S+);/).then(([, found = '']) => found)
  return { url, says, output, leave: () => signal('SIGINT'), exitCode }
}

const manifest: ProjectManifest = { name: 'Visits', kind: 'backend', capabilities: ['kv', 'log'] }

describe('salp cartridge serve', { timeout: 60_000 }, () => {
  test('answers requests, takes up changes without a failed one, and goes on with what answered when one fails', async () => {
    using folder = projectFolder(manifest, sources.backend)
    const server = serve(folder)
    const url = await server.url
    const get = async (): Promise<[number, string]> => {
      const response = await fetch(`${url}a?x=1`)
      return [response.status, await response.text()]
    }
    expect(await get()).toEqual([200, 'GET /a 1  1'])
    const posted = await fetch(url, { method: 'POST', body: 'b' })
    expect([posted.headers.get('content-type'), await posted.text()]).toEqual([
      'text/plain; charset=utf-8',
      'POST /  b 2',
    ])

    folder.write(
      'main.ts',
      sources.backend.replace("'visits', visits", "'visits', (visits + 1)").replace("' ' + visits", "' now ' + visits"),
    )
    let asking = true
    const answers: number[] = []
    const load = (async () => {
      while (asking) answers.push((await get())[0])
    })()
    await server.says(/Version 2 answers/)
    asking = false
    await load
    expect(new Set(answers)).toEqual(new Set([200]))
    expect((await get())[1]).toContain(' now ')

    folder.write('main.ts', 'nothing')
    await server.says(/does not compile/)
    expect((await get())[0]).toBe(200)
    server.leave()
    expect(await server.exitCode).toBe(0)
    expect(server.output()).toMatch(/^GET \/a\?x=1 200 [\d.]+ ms, [\d,]+ fuel\nPOST \/ 200 /)
    await expect(get()).rejects.toThrow()
  })

  test('tells a client nothing of why a call was ended, and its author everything', async () => {
    using folder = projectFolder(manifest, sources.backend)
    const server = serve(folder, '--json')
    const response = await fetch(`${await server.url}boom`)
    expect([response.status, await response.json()]).toEqual([
      500,
      { title: 'Cannot answer the request', status: 500, detail: 'The cartridge could not answer' },
    ])
    const large = await fetch(await server.url, { method: 'POST', body: new Uint8Array(7_500_001) })
    expect(large.status).toBe(413)
    server.leave()
    await server.exitCode
    const [call] = server.output().split('\n')
    expect(JSON.parse(call ?? '')).toMatchObject({
      ...{ method: 'GET', target: '/boom', status: 500 },
      trap: 'Cannot finish the call: unreachable (cartridge/trap)',
    })
  })

  test('keeps keys and values in a file, if it is told to', async () => {
    using folder = projectFolder(manifest, sources.backend)
    const visit = async (): Promise<string> => {
      const server = serve(folder, '--kv', 'kept.db')
      const text = await (await fetch(await server.url)).text()
      server.leave()
      await server.exitCode
      return text
    }
    expect([await visit(), await visit()]).toEqual(['GET /   1', 'GET /   2'])
  })

  test('serves from the first source that compiles', async () => {
    using folder = projectFolder(manifest, 'nothing')
    const server = serve(folder)
    expect((await fetch(await server.url)).status).toBe(503)
    folder.write('main.ts', sources.backend)
    await server.says(/Version 1 answers/)
    expect((await fetch(await server.url)).status).toBe(200)
    server.leave()
    expect(await server.exitCode).toBe(0)
  })

  test('says what shows another kind, and that a port is taken', async () => {
    using folder = projectFolder({ name: 'a', kind: 'interactive' }, '')
    const refused = createMemoryIo({ folder: folder.path, cartridgeCompilers })
    expect(await runCli(['cartridge', 'serve'], refused.io)).toBe(2)
    expect(refused.errors()).toContain('salp cartridge run .')
    using backend = projectFolder(manifest, sources.backend)
    const server = serve(backend)
    const { port } = new URL(await server.url)
    const second = createMemoryIo({ folder: backend.path })
    expect(await runCli(['cartridge', 'serve', '--port', port], second.io)).toBe(3)
    expect(second.errors()).toContain(`--port ${Number(port) + 1}`)
    server.leave()
    await server.exitCode
  })
})
