import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { openSandbox } from './sandbox.js'

describe('openSandbox()', () => {
  const sandbox = openSandbox({ clock: systemClock }, { memoryMb: 64 })
  afterAll(() => sandbox.close())
  const run = (body: string, inputs: readonly string[] = ['[]'], before = '') =>
    sandbox.run(
      { code: `'use strict';${before};exports.f = function f(a) { ${body} }`, name: 'f', inputs, visible: 0 },
      { timeoutMs: 2_000 },
    )
  const one = async (body: string, before = ''): Promise<string | undefined> =>
    (await run(body, ['[]'], before)).outcomes[0]

  test('gives the value of each call as JSON, what was thrown, and what is no data', async () => {
    const { status, outcomes } = await run(
      'if (a < 0) throw new Error("neg"); return a === 0 ? NaN : { a: [a, "é\\n", null, -0] }',
      ['[1]', '[-1]', '[0]'],
    )
    expect([status, outcomes]).toEqual(['ran', ['V{"a":[1,"é\\n",null,0]}', 'Tneg', 'XNaN']])
  })

  // Past the type checker, which refuses import(): the realm has to hold by itself.
  test.each([
    [
      'an import of the host',
      'import("node:fs").catch((e) => { out = e.constructor.constructor("return process")().pid }); return out',
      'V0',
    ],
    [
      'an error of the host',
      'try { import("x").then.call() } catch (e) { out = e.constructor === Error || e instanceof TypeError } return out',
      'Vtrue',
    ],
    [
      'a function made from text',
      'return Function("return 1")()',
      'TCode generation from strings disallowed for this context',
    ],
    [
      'a generator made from text',
      'return (function* () {}).constructor("yield 1")().next().value',
      'TCode generation from strings disallowed for this context',
    ],
    ['text that is evaluated', 'return (0, eval)("1")', 'TCode generation from strings disallowed for this context'],
    ['the arguments of what called it', 'return f.arguments', undefined],
    [
      'names of Node',
      'return ["process", "require", "module", "Buffer", "console", "setTimeout", "fetch", "global", "Atomics", "WebAssembly"].filter((n) => n in globalThis)',
      'V[]',
    ],
    [
      'the prototype of the global object',
      'return Object.getOwnPropertyNames(Object.getPrototypeOf(globalThis)).filter((n) => n !== "constructor" && !n.startsWith("__") && !(n in Object.prototype))',
      'V[]',
    ],
  ])('gives no way out by %s', async (_, body, expected) => {
    const outcome = await one(body, 'let out = 0')
    if (expected === undefined) expect(outcome).toMatch(/^T/)
    else expect(outcome).toBe(expected)
  })

  test('lends nothing to the next candidate', async () => {
    await one('Array.prototype.map = 1; globalThis.left = 1; Object.prototype.left = 1; return 0')
    expect(await one('return [typeof [].map, typeof left, typeof ({}).left]')).toBe(
      'V["function","undefined","undefined"]',
    )
  })

  test('replaces a process that died, and refuses work once it is closed', async () => {
    expect(await run('const a = []; for (;;) a.push(new Array(1e5).fill(1.5))')).toMatchObject({ status: 'crash' })
    expect(await one('return 1')).toBe('V1')
    const own = openSandbox({ clock: systemClock }, { memoryMb: 64 })
    await own.close()
    await expect(own.run({ code: '', name: 'f', inputs: [], visible: 0 }, { timeoutMs: 1 })).rejects.toThrow(RangeError)
  })

  test('tells what came of visible examples before it took too long', async () => {
    const { status, outcomes } = await sandbox.run(
      {
        code: 'exports.f = (a) => { for (;;) if (a < 3) return a }',
        name: 'f',
        inputs: ['[1]', '[2]', '[3]', '[1]'],
        visible: 3,
      },
      { timeoutMs: 200 },
    )
    expect([status, outcomes]).toEqual(['timeout', ['V1', 'V2']])
  })

  test('leaves no process behind when its own is killed in the middle of a loop', async () => {
    const parent = spawn(
      process.execPath,
      [
        ...['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source'],
        ...['--import', import.meta.resolve('@salp/presets/run-source'), '--input-type=module', '--eval'],
        `import { subscribe } from 'node:diagnostics_channel'
         import { systemClock } from ${JSON.stringify(import.meta.resolve('@salp/core/node'))}
         import { openSandbox } from ${JSON.stringify(new URL('./sandbox.ts', import.meta.url).href)}
         const started = Promise.withResolvers()
         subscribe('child_process', (message) => started.resolve(message.process))
         const sandbox = openSandbox({ clock: systemClock }, { memoryMb: 64 })
         const code = 'exports.f = (a) => { for (;;) if (a === 1) return a }'
         sandbox.run({ code, name: 'f', inputs: ['[1]', '[2]'], visible: 1 }, { timeoutMs: 300 })
         const child = await started.promise
         child.on('message', ({ type }) => type === 'ran' && process.stdout.write(String(child.pid)))`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [text] = await once(parent.stdout, 'data')
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(() => process.kill(Number(text), 0)).toThrow('ESRCH'), { timeout: 25_000 })
  })
})
