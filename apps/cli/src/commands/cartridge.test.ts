import { existsSync, readFileSync } from 'node:fs'
import { openAssemblyScript, openScript, openTemplates } from '@salp/cartridge/node'
import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test } from 'vitest'
import { type ProjectManifest, readProject } from '../cartridge/project.js'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { type ProjectFolder, projectFolder, sources } from '../testing/project-folder.js'

const backend: ProjectManifest = { name: 'Visits', kind: 'backend', capabilities: ['kv', 'log'] }

const cartridgeCompilers = {
  assemblyscript: openAssemblyScript({ clock: systemClock }),
  script: openScript({ clock: systemClock }),
}
afterAll(() => Promise.all(Object.values(cartridgeCompilers).map((compiler) => compiler.close())))

/** Runs a command in a folder, without a node. */
async function run({ path }: ProjectFolder, ...words: string[]) {
  const { io, output, errors } = createMemoryIo({ folder: path, cartridgeCompilers })
  const exitCode = await runCli(['cartridge', ...words], io)
  return { exitCode, output: output(), errors: errors() }
}

/** Figures that differ from machine to machine, and from compiler to compiler. */
const steady = (text: string): string =>
  text
    .replace(/[\d,.]+ (?:ms|s)\b/g, 'N time')
    .replace(/[\d,.]+ (KiB|fuel|functions|instructions)\b/g, 'N $1')
    .replace(/[0-9a-f]{64}/g, 'HASH')
    .replace(/\d\d:\d\d:\d\d/g, 'TIME')

describe('salp cartridge new', { timeout: 60_000 }, () => {
  test('makes a folder that builds and passes its tests, and says what to do next', async () => {
    using folder = projectFolder()
    expect(await run(folder, 'new', 'My Visits', '--template', 'count visits please')).toEqual({
      exitCode: 0,
      output: 'Made My Visits from the template "counter": cartridge.json, main.ts\n',
      errors: "Next: salp cartridge test 'My Visits', then salp cartridge serve 'My Visits'\n",
    })
    expect(readFileSync(folder.file('My Visits/cartridge.json'), 'utf8')).toContain(`{
  "name": "My Visits",
  "description": "Counts visits, a number for each path; GET /stats lists them.",
  "kind": "backend",
  "language": "assemblyscript",
  "capabilities": ["kv"],
  "tests": [
    { "name": "greets the first", "request": { "path": "/a" }, "body": "You are the first to come here.\\n" },
`)
    expect(await run(folder, 'test', 'My Visits')).toMatchObject({ exitCode: 0, errors: '' })
  })

  test('writes tests without what need not be said, and as they are read', async () => {
    using folder = projectFolder()
    for (const { id, tests } of await openTemplates()) {
      await run(folder, 'new', id, '--template', id)
      expect((await readProject(folder.file(id))).draft.tests).toEqual(tests)
    }
  })

  test('takes the shortest template of a kind, and overwrites nothing', async () => {
    using folder = projectFolder()
    const made = JSON.parse((await run(folder, 'new', 'a', '--kind', 'interactive', '--json')).output)
    expect(made).toMatchObject({ kind: 'interactive', folder: folder.file('a') })
    expect((await run(folder, 'new', 'a')).errors).toContain('it is there already, and nothing is overwritten')
  })

  test('lists templates, and names the one that may be meant', async () => {
    using folder = projectFolder()
    const { templates } = JSON.parse((await run(folder, 'new', '--list', '--json')).output)
    expect(templates).toContainEqual(expect.objectContaining({ id: 'snake', kind: 'interactive' }))
    expect((await run(folder, 'new', '--list', '--kind', 'backend')).output).toMatch(
      /^Template +Kind +What it does\n.*counter/s,
    )
    expect(await run(folder, 'new', 'a', '-t', 'snakee')).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('Did you mean "snake"?'),
    })
    expect((await run(folder, 'new', 'a', '-t', 'snake', '-k', 'backend')).errors).toContain('"snake" is interactive')
    expect((await run(folder, 'new')).exitCode).toBe(2)
  })
})

describe('salp cartridge build', { timeout: 60_000 }, () => {
  test('writes a module, and says what it takes', async () => {
    using folder = projectFolder(backend, sources.backend)
    const { exitCode, output, errors } = await run(folder, 'build')
    expect([exitCode, steady(errors)]).toEqual([0, 'TIME info  visit 1\n'])
    expect(steady(output)).toMatchInlineSnapshot(`
      "Built    out.wasm
      Size     N KiB; N KiB with its counters
      SHA-256  HASH
      Trial    N fuel, N KiB of memory
      Took     N time to compile, N time to check, N time to try
      "
    `)
    expect([...readFileSync(folder.file('out.wasm')).subarray(0, 4)]).toEqual([0, 0x61, 0x73, 0x6d])
  })

  test('shows what the compiler says, and writes nothing', async () => {
    using folder = projectFolder(backend, sources.backend.replace("'visits'", '404'))
    const { exitCode, output, errors } = await run(folder, 'build')
    expect([exitCode, output, existsSync(folder.file('out.wasm'))]).toEqual([1, '', false])
    expect(errors).toMatchInlineSnapshot(`
      "main.ts:5:25 error AS2322: Type 'i32' is not assignable to type '~lib/string/String'.
        5 │   const before = kv.get(404)
          │                         ^^^
        hint: Convert explicitly: \`value as f64\`, \`i32(value)\`, \`value.toString()\`, \`i32.parse(text)\`.

      main.ts does not compile: 1 error
      "
    `)
    const { output: json } = await run(folder, 'build', '--json')
    expect(JSON.parse(json)).toMatchObject({ status: 'failed', stage: 'compile', diagnostics: [{ line: 5 }] })
  })

  test('says which stage refused a module: its check, or its trial with what it logged', async () => {
    using unasked = projectFolder({ name: 'a', kind: 'backend' }, sources.backend)
    expect((await run(unasked, 'build')).errors).toContain('needs the capability "kv", which is not granted')
    const source = sources.backend.replace("'/boom'", "'/'").replace('if (', "log('tried')\n  if (")
    using trial = projectFolder(backend, source)
    const { exitCode, errors } = await run(trial, 'build')
    expect([exitCode, steady(errors)]).toEqual([1, 'TIME info  tried\nCannot finish the call: unreachable\n'])
    using cognitive = projectFolder({ name: 'a', kind: 'cognitive' }, sources.cognitive)
    expect((await run(cognitive, 'build')).errors).toContain('needs a test with "input" and "output"')
  })

  test('takes the types out of a script, and refuses to look for a module in it', async () => {
    const source = 'export function handle(request: { path: string }): unknown {\n  return { path: request.path }\n}\n'
    using folder = projectFolder({ name: 'a', kind: 'backend', language: 'script' }, source)
    expect((await run(folder, 'build')).output).toMatch(/^Built +out\.js\nSize +\d+ bytes\n/)
    expect(readFileSync(folder.file('out.js'), 'utf8')).not.toContain(': unknown')
    expect((await run(folder, 'run', '--request', '/b')).output).toBe('{"path":"/b"}')
    expect(await run(folder, 'inspect', '.')).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('"." is a script'),
    })
  })

  test('with --watch builds again when a file changes, and ends by Ctrl-C', async () => {
    using folder = projectFolder(backend, sources.backend)
    const { io, output, errors, signal } = createMemoryIo({ folder: folder.path, cartridgeCompilers })
    const waits: (() => void)[] = []
    io.stderr.on('data', () => {
      if (errors().endsWith('Ctrl-C ends\n')) waits.shift()?.()
    })
    const waiting = (): Promise<void> => new Promise((resolve) => waits.push(resolve))
    const first = waiting()
    const ended = runCli(['cartridge', 'build', '--watch'], io)
    await first
    const second = waiting()
    folder.write('main.ts', 'export const nothing = 1\n')
    await second
    const third = waiting()
    folder.write('main.ts', sources.backend.replace('visit ', 'visitor '))
    await third
    signal('SIGINT')
    expect(await ended).toBe(0)
    expect(output().match(/^Built/gm)).toHaveLength(2)
    expect(errors()).toContain('main.ts does not compile')
  })
})

describe('salp cartridge test', { timeout: 60_000 }, () => {
  test('tells which tests pass, and fails if one does not', async () => {
    const request = { path: '/a', query: 'x=1', body: 'b', method: 'POST' }
    using folder = projectFolder(
      {
        ...backend,
        tests: [
          { name: 'answers', request, body: 'POST /a 1 b 1' },
          { name: 'is missing', request: { path: '/' }, status: 404 },
        ],
      },
      sources.backend,
    )
    const { exitCode, output } = await run(folder, 'test')
    expect(exitCode).toBe(1)
    expect(output).toMatchInlineSnapshot(`
      "✓ answers
      ✗ is missing
          status 200 with "GET /   2", where 404 is right

      1 of 2 tests failed
      "
    `)
  })

  test('says that there are none', async () => {
    using folder = projectFolder({ name: 'a', kind: 'interactive' }, sources.interactive)
    expect(await run(folder, 'test')).toEqual({
      exitCode: 0,
      output: '0 tests passed\n',
      errors: 'It has no tests: write some in cartridge.json\n',
    })
  })
})

describe('salp cartridge run', { timeout: 60_000 }, () => {
  test('asks a backend, and prints the body alone on standard output', async () => {
    using folder = projectFolder(backend, sources.backend)
    const words = ['--request', 'put /a?x=1', '--body', 'text', '-H', 'accept: a', '--stats']
    const { exitCode, output, errors } = await run(folder, 'run', ...words)
    expect([exitCode, output]).toEqual([0, 'PUT /a 1 text 1'])
    expect(steady(errors)).toMatchInlineSnapshot(`
      "TIME info  visit 1
      HTTP 200
      content-type: text/plain; charset=utf-8
      N time, N fuel, N KiB of memory, version 1
      "
    `)
    const trapped = await run(folder, 'run', '-r', '/boom')
    expect(trapped).toEqual({
      exitCode: 1,
      output: '',
      errors: 'Cannot finish the call: unreachable (cartridge/trap)\n',
    })
    const { output: json } = await run(folder, 'run', '--json')
    expect(JSON.parse(json)).toMatchObject({ type: 'response', status: 200, body: 'GET /   1', version: 1 })
  })

  test('gives JSON to a cognitive function, and events to a frontend', async () => {
    using cognitive = projectFolder(
      { name: 'a', kind: 'cognitive', tests: [{ name: 't', input: 1, output: 'short' }] },
      sources.cognitive,
    )
    expect(await run(cognitive, 'run', '--value', '"longer text"')).toEqual({
      exitCode: 0,
      output: '"long"\n',
      errors: '',
    })
    using frontend = projectFolder({ name: 'a', kind: 'frontend' }, sources.frontend)
    const mounted = '<div>\n  <button on:click="add">Add</button>\n  <hr>\n</div>\n'
    expect((await run(frontend, 'run')).output).toBe(mounted)
    const event = JSON.stringify({ type: 'event', event: 'click', id: 'add', value: null, key: null })
    expect((await run(frontend, 'run', '--event', event)).output).toBe(mounted.replace('Add<', 'Clicked<'))
  })

  test('presses keys and runs frames of an interactive one, and draws the last', async () => {
    using folder = projectFolder({ name: 'a', kind: 'interactive' }, sources.interactive)
    const words = ['run', '--keys', '39,39', '--frames', '2', '--png', 'a.png']
    expect(await run(folder, ...words)).toEqual({
      exitCode: 0,
      output: '16 × 8, 4 frames, 4 of them changed the picture\n',
      errors: 'Wrote a.png\n',
    })
    expect(readFileSync(folder.file('a.png')).subarray(1, 4).toString()).toBe('PNG')
    const { output } = await run(folder, 'run', '--keys', '39,39,39', '--json')
    expect(JSON.parse(output)).toMatchObject({ frames: 3, ended: true, width: 16, height: 8 })
  })

  test('is played in a terminal, until it ends', async () => {
    using folder = projectFolder({ name: 'a', kind: 'interactive' }, sources.interactive)
    const { io, output, errors } = createMemoryIo({ folder: folder.path, cartridgeCompilers, typed: [] })
    let left = 3
    io.stdout.on('data', () => {
      if (output().includes('▀') && left-- > 0) setImmediate(() => Object(io.stdin).write('\u001b[C'))
    })
    const exitCode = await runCli(['cartridge', 'run', '--stats'], io)
    expect([exitCode, errors()]).toEqual([0, expect.stringMatching(/a: \d+ frames, .* ms and .* fuel each\n$/)])
  })

  test('refuses words that do not fit the kind, before anything is built', async () => {
    using folder = projectFolder(backend, 'no source')
    using interactive = projectFolder({ name: 'a', kind: 'interactive' }, 'no source')
    using cognitive = projectFolder({ name: 'a', kind: 'cognitive' }, 'no source')
    for (const [where, ...words] of [
      [folder, '--value', '1'],
      [folder, '--frames', '1'],
      [folder, '--request', 'GET'],
      [folder, '--header', 'none'],
      [interactive, '--request', '/'],
      [interactive, '--keys', 'up'],
      [cognitive],
      [cognitive, '--value', 'text'],
    ] as const) {
      const { exitCode } = await run(where, 'run', ...words)
      expect([words, exitCode]).toEqual([words, 2])
    }
  })
})

describe('salp cartridge inspect', { timeout: 60_000 }, () => {
  test('tells what a module is and needs, from a folder and from a file', async () => {
    using folder = projectFolder(backend, sources.backend)
    const { exitCode, output } = await run(folder, 'inspect', '.')
    expect(exitCode).toBe(0)
    expect(steady(output)).toMatchInlineSnapshot(`
      "Fits        backend
      Let in      yes
      Needs       log, kv
      Memory      1 page of N KiB at load
      Size        N KiB; N KiB with its counters
      Code        N functions, N instructions
      Exports     cart_abi: function
                  cart_alloc: function
                  cart_reset: function
                  handle: function
                  memory: memory
                  cart_init: function
      Imports     env.abort: function
                  cart.kv_get: function
                  cart.kv_set: function
                  cart.log: function
      SHA-256     HASH
      As it runs  HASH
      "
    `)
    await run(folder, 'build')
    expect((await run(folder, 'inspect', 'out.wasm')).output).toBe(output)
  })

  test('says why a module is refused, and where', async () => {
    using folder = projectFolder()
    folder.write('a.wasm', '\0asm\u0001\0\0\0\u0009')
    const { exitCode, output } = await run(folder, 'inspect', 'a.wasm', '--json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(output).verdict).toMatchObject({ accepted: false, code: 'cartridge/malformed', offset: 9 })
    folder.write('empty.wasm', '\0asm\u0001\0\0\0')
    expect((await run(folder, 'inspect', 'empty.wasm')).output).toContain('no. ')
    expect((await run(folder, 'inspect', './none')).exitCode).toBe(2)
  })
})
