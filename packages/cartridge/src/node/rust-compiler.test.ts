import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '@salp/core/node'
import { stoppedClock } from '@salp/core/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { CompiledModule, CompileResult, CompilerBackend } from '../compile/compiler.js'
import { crateOf } from '../compile/rust/prelude.js'
import { type RustRunner, rustBackend } from '../compile/rust/rust.js'
import { type Kind, kinds } from '../rewrite/abi.js'
import { get, type TestHost, testHost } from '../testing/internal/host.js'
import { beginningOf } from '../workshop/beginnings.js'
import { openRust } from './rust-compiler.js'

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

/** A sysroot whose rustc is a shell script: `body` is what it does when it compiles. */
async function fakeRustc(
  body: string,
  { library = 'libstd-0.rlib' } = {},
): Promise<{ command: string; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'salp-rustc-'))
  folders.push(folder)
  await mkdir(join(folder, 'bin'))
  await mkdir(join(folder, 'lib'))
  await writeFile(join(folder, 'lib', library), '')
  const command = join(folder, 'bin', 'rustc')
  const asked = `case "$1" in --print=*) printf '%s\\n%s\\n' '${folder}' '${folder}/lib'; exit;; esac`
  await writeFile(command, `#!/bin/sh\n${asked}\n${body}\n`)
  await chmod(command, 0o755)
  return { command, folder }
}

type Rust = CompilerBackend<CompiledModule>

async function fakeRust(body: string, clock: Parameters<typeof openRust>[0]['clock'] = systemClock): Promise<Rust> {
  const rust = await openRust({ clock }, await fakeRustc(body))
  return rust ?? expect.fail('the fake was not taken')
}

const compile = (rust: Rust, signal?: AbortSignal): Promise<CompileResult<CompiledModule>> =>
  rust.compile('source', { kind: 'cognitive', optimize: 0, signal })

const good = `printf 'out.wasm: main.rs\\n\\nmain.rs:\\n' > out.d; printf 'wasm' > out.wasm`

describe.skipIf(process.platform === 'win32')('openRust()', { timeout: 30_000 }, () => {
  test('is nothing without a rustc, and with one that lacks the target', async () => {
    const none = await openRust({ clock: systemClock }, { command: '/nowhere/rustc' })
    const bare = await openRust({ clock: systemClock }, await fakeRustc(good, { library: 'libcore-0.rlib' }))
    const broken = await openRust({ clock: systemClock }, { command: (await fakeRustc('')).folder })
    expect([none, bare, broken]).toEqual([undefined, undefined, undefined])
  })

  test('compiles in a folder of its own, which is gone afterwards, with one file and no environment', async () => {
    process.env.SALP_TEST_SECRET = 'secret'
    const { command, folder } = await fakeRustc(
      `(pwd; ls; env) > "$(dirname "$0")/seen"; cp main.rs out.wasm; ${good.split(';')[0]}`,
    )
    const rust = await openRust({ clock: systemClock }, { command })
    const result = await rust?.compile('// author', { kind: 'cognitive', optimize: 0 })
    delete process.env.SALP_TEST_SECRET
    if (result?.status !== 'compiled') expect.fail(JSON.stringify(result))
    expect(new TextDecoder().decode(result.wasm)).toBe(crateOf('cognitive', '// author'))
    const seen = await readFile(join(folder, 'bin', 'seen'), 'utf8')
    const [place = '', ...lines] = seen.trim().split('\n')
    const names = lines.filter((line) => !/^(?:PWD|OLDPWD|SHLVL|_)=/.test(line))
    expect(names).toEqual(['main.rs', `TMPDIR=${place}`])
    await expect(readdir(place)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('ends one that takes too long with all that it started, and the next one is fresh', async () => {
    const clock = stoppedClock()
    // What it starts holds the error output: nothing resolves before that has ended too.
    const { command, folder } = await fakeRustc('touch "$(dirname "$0")/began"; sleep 1000 & wait')
    const rust = (await openRust({ clock }, { command })) ?? expect.fail('the fake was not taken')
    const result = compile(rust)
    await expect.poll(() => readdir(join(folder, 'bin')), { timeout: 20_000 }).toContain('began')
    await clock.advance(10_000)
    expect(await result).toMatchObject({ diagnostics: [{ message: 'The compiler took longer than 10000 ms' }] })
  })

  test('fails where it dies, says too much, or leaves no account of what it read', async () => {
    const messageOf = async (body: string): Promise<unknown> =>
      (await compile(await fakeRust(body))).diagnostics[0]?.message
    expect(await messageOf('exit 101')).toBe('The compiler ended by itself (101)')
    expect(await messageOf('kill -9 $$')).toBe('The compiler ended by itself (SIGKILL)')
    expect(await messageOf('exec cat /dev/zero >&2')).toBe('The compiler said more than can be shown')
    expect(await messageOf("printf 'wasm' > out.wasm")).toBe('The compiler gave no module')
    expect(await messageOf(`${good}; exit 1`)).toBe('The compiler gave no module')
  })

  test('gives nothing of what rustc read elsewhere', async () => {
    const rust = await fakeRust(`${good}; printf '/etc/passwd:\\n' >> out.d`)
    expect(await compile(rust)).toMatchObject({ status: 'failed', diagnostics: [{ code: 'reads' }] })
  })

  test('compiles one after the other, stops with the signal, and with what closes it', async () => {
    const rust = await fakeRust('exec sleep 1000')
    const stop = new AbortController()
    const first = compile(rust, stop.signal)
    const second = compile(rust)
    stop.abort(new RangeError('enough'))
    await expect(first).rejects.toThrow('enough')
    const closed = expect(second).rejects.toThrow('the compiler is closed')
    await rust.close()
    await closed
    await rust.close()
    await expect(compile(rust)).rejects.toThrow('the compiler is closed')
  })
})

const authors: Readonly<Record<Kind, string>> = {
  backend: `pub fn handle(request: Request) -> Response {
    match request.path.as_str() {
        "/panic" => panic!("no {}", request.query),
        "/kv" => {
            let count = kv::get("n").and_then(|n| n.parse::<u32>().ok()).unwrap_or(0) + 1;
            kv::set("n", &count.to_string());
            log("counted");
            Response::json(format!("[{count},{:?}]", kv::list("")))
        }
        "/http" => match http("https://a.test/x", "POST", "body", &[("x-a", "b")]) {
            Some(answer) => Response::text(format!("{} {}", answer.status, answer.read())),
            None => Response::text("nobody"),
        },
        _ => Response::text(request.parameter("a b")).status(201).header("x-a", "b"),
    }
}`,
  cognitive: 'pub fn invoke(input: &str) -> String {\n    input.to_string()\n}',
  frontend: `pub fn render(event: &str) -> String {\n    format!("{{\\"t\\":\\"p\\",\\"c\\":[\\"{}\\"]}}", event.len())\n}`,
  interactive: `use std::sync::Mutex;
pub const SIZE: (i32, i32) = (4, 2);
static X: Mutex<i32> = Mutex::new(0);
pub fn frame(screen: &mut Screen, _t: f64, _dt: f64) -> i32 {
    screen.clear(rgb(0x010203));
    screen.set(*X.lock().unwrap(), 0, rgb(0xffffff));
    1
}
pub fn key(_code: i32, down: bool) {
    if down {
        *X.lock().unwrap() += 1;
    }
}`,
}

const native = await promisify(execFile)('rustc', ['--version']).then(
  () => true,
  () => false,
)

/** The rustc of this machine, for its own target and up to the module, which it does not make. */
const checking: RustRunner = {
  async run(crate) {
    const folder = await mkdtemp(join(tmpdir(), 'salp-rust-'))
    folders.push(folder)
    await writeFile(join(folder, 'main.rs'), crate)
    const asked = ['--crate-type=cdylib', '--edition=2021', '--error-format=json', '--emit=metadata=out,dep-info=out.d']
    const said = await promisify(execFile)('rustc', [...asked, 'main.rs'], { cwd: folder }).catch((error) => error)
    const dependencies = await readFile(join(folder, 'out.d'), 'utf8').catch(() => undefined)
    const wasm = said instanceof Error ? undefined : new Uint8Array()
    return { reply: { wasm, messages: said.stderr, dependencies } }
  },
  close: async () => undefined,
}

describe('what rustc makes of a source and of what stands behind it', { timeout: 60_000 }, () => {
  beforeEach(({ skip }) => skip(!native, 'there is no rustc on this machine'))
  const { compile: check } = rustBackend(checking)

  test.each(kinds)('is a crate without a remark, of kind %s', async (kind) => {
    for (const source of [authors[kind], beginningOf(kind, 'rust')])
      expect(await check(source, { kind, optimize: 0 })).toMatchObject({ status: 'compiled', diagnostics: [] })
  })

  test.each([
    'use std::include_str as a; pub fn invoke(_: &str) -> String { a!("/etc/passwd").to_string() }',
    'use std::include_str as a; compile_error!(a!("/etc/passwd"));',
    'use std::include_str as a; compile_error!(a!("/etc/passwd")); macro_rules! m { ($($t:tt)*) => { m!($($t)* a) } } m!();',
    'macro_rules! m { ($a:ident $b:ident {} $c:tt) => { #[path = "/etc/passwd"] $a $b $c } } m!(mod x {} ;);',
    'use std::include as a; a!("/etc/shadow-that-is-not-there"); pub fn invoke(_: &str) -> String { String::new() }',
    'use std::option_env as a; pub fn invoke(_: &str) -> String { a!("HOME").unwrap().to_string() }',
  ])('has no file of the machine for %s', async (source) => {
    const result = await check(source, { kind: 'cognitive', optimize: 0 })
    expect(result).toMatchObject({ status: 'failed', diagnostics: [{ code: 'reads' }] })
    expect(JSON.stringify(result)).not.toMatch(/root:|shadow/)
  })

  test('is an error with its place', async () => {
    const source = 'pub fn invoke(input: &str) -> String {\n    inptu.to_string()\n}'
    const { diagnostics } = await check(source, { kind: 'cognitive', optimize: 0 })
    expect(diagnostics).toMatchObject([{ code: 'E0425', line: 2, column: 5, endColumn: 10 }])
    const missing = await check('pub fn other() {}', { kind: 'cognitive', optimize: 0 })
    expect(missing.diagnostics).toMatchObject([{ code: 'E0425', hint: expect.stringContaining('pub fn invoke') }])
  })
})

const rust = await openRust({ clock: systemClock }, { timeoutMs: 60_000 })

describe('Rust on this machine', { timeout: 60_000 }, () => {
  beforeEach(({ skip }) => skip(rust === undefined, 'there is no rustc with the target wasm32-unknown-unknown'))

  const load = async (kind: Kind, host: TestHost): Promise<void> => {
    const result = await rust?.compile(authors[kind], { kind, optimize: 0 })
    if (result?.status !== 'compiled') expect.fail(JSON.stringify(result, null, 2))
    const examples = [{ input: { a: 1 }, expected: { a: 1 } }]
    const can = { capabilities: ['kv', 'log', 'http'], httpHosts: ['a.test'] } as const
    await host.load({ id: 'a', kind, wasm: result.wasm, examples, ...(kind === 'backend' && can) })
  }

  test('answers requests, keeps, logs, asks, and says why it panics', async () => {
    const host = testHost({
      fetchSync: ({ method, url, body }) => ({
        status: 'answered',
        response: { status: 202, headers: [], body: new TextEncoder().encode(`${method} ${url} ${body.length}`) },
      }),
    })
    await load('backend', host)
    const ask = (path: string, query = ''): unknown => {
      const { status, body } = host.call('a', 'request', { request: { ...get(path).request, query } }).output
      return [status, new TextDecoder().decode(body)]
    }
    expect(ask('/', 'a%20b=c')).toEqual([201, 'c'])
    expect([ask('/kv'), ask('/kv')]).toEqual([
      [200, '[1,["n"]]'],
      [200, '[2,["n"]]'],
    ])
    expect(ask('/http')).toEqual([200, '202 POST https://a.test/x 4'])
    expect(() => ask('/panic', 'way')).toThrow(/it gave up: no way \(main:3:\d+\)/)
    expect(host.logged).toEqual([
      ['a', 1, 'counted'],
      ['a', 1, 'counted'],
    ])
  })

  test('invokes, renders and draws', async () => {
    const host = testHost()
    await load('cognitive', host)
    expect(host.call('a', 'invoke', { value: { a: 1 } }).output).toEqual({ a: 1 })
    await load('frontend', testHost())
    const game = testHost()
    await load('interactive', game)
    game.call('a', 'key', { code: 39, down: true })
    const { width, height, pixels } = game.call('a', 'frame', { tMs: 0, dtMs: 16 }).output
    expect([width, height, [...pixels.slice(0, 8)]]).toEqual([4, 2, [1, 2, 3, 255, 255, 255, 255, 255]])
  })

  test('gives the same bytes for the same source', async () => {
    const bytes = async () => {
      const result = await rust?.compile(authors.backend, { kind: 'backend', optimize: 2 })
      return result?.status === 'compiled' ? result.wasm : undefined
    }
    expect(await bytes()).toEqual(await bytes())
  })
})
