import { describe, expect, test } from 'vitest'
import { type RustReply, type RustRunner, rustBackend } from './rust.js'

const source = 'pub fn handle(request: Request) -> Response {\n    let é = "é"; Response::text(reqest.path)\n}'
const readOwn = 'out.wasm: main.rs\n\nmain.rs:\n'
const module = new Uint8Array([0, 97, 115, 109])

/** A runner that gives what rustc 1.95 gave. */
function recorded(reply: Partial<RustReply>): { runner: RustRunner; crates: string[] } {
  const crates: string[] = []
  const runner: RustRunner = {
    async run(crate) {
      crates.push(crate)
      return { reply: { wasm: undefined, messages: '', dependencies: readOwn, ...reply } }
    },
    close: async () => undefined,
  }
  return { runner, crates }
}

async function compile(given: Partial<RustReply>, text = source) {
  const { runner, crates } = recorded(given)
  return { result: await rustBackend(runner).compile(text, { kind: 'backend', optimize: 0 }), crates }
}

const span = (more: object) => {
  const place = { line_start: 2, line_end: 2, column_start: 32, column_end: 38 }
  return { file_name: 'main.rs', is_primary: true, ...place, expansion: null, ...more }
}
const said = (...messages: object[]): string =>
  messages
    .map((message) => JSON.stringify({ message: 'm', code: null, level: 'error', spans: [], children: [], ...message }))
    .join('\n')
const unknownName = { message: 'cannot find value `reqest` in this scope', code: { code: 'E0425', explanation: '…' } }

describe('rustBackend()', () => {
  test('gives the module and its warnings, of a crate in which the source comes first', async () => {
    const help = { message: 'prefix it with an underscore', level: 'help', spans: [span({})] }
    const warning = { message: 'unused variable: `é`', code: { code: 'unused_variables' }, level: 'warning' }
    const messages = said(
      { ...warning, spans: [span({ column_start: 9, column_end: 10 })], children: [help] },
      { message: '1 warning emitted', level: 'warning' },
    )
    const { result, crates } = await compile({ wasm: module, messages })
    expect(result).toEqual({
      status: 'compiled',
      wasm: module,
      diagnostics: [
        {
          ...{ code: 'unused_variables', severity: 'warning', message: 'unused variable: `é`' },
          ...{ line: 2, column: 9, endLine: 2, endColumn: 10, excerpt: '    let é = "é"; Response::text(reqest.path)' },
          hint: 'prefix it with an underscore',
        },
      ],
    })
    expect(crates[0]?.startsWith(`${source}\n`)).toBe(true)
  })

  test('counts columns as the other languages do', async () => {
    const text = '/* 😀 */ nothing'
    const messages = said({
      ...unknownName,
      spans: [span({ line_start: 1, line_end: 1, column_start: 9, column_end: 16 })],
    })
    const { result } = await compile({ messages }, text)
    expect(result.diagnostics[0]).toMatchObject({ line: 1, column: 10, endColumn: 17 })
  })

  test('shows an error behind the source where the source has a part in it, or says what to write', async () => {
    const behind = { line_start: 399, line_end: 399 }
    const messages = said(
      { message: 'unclosed', spans: [span({ is_primary: false, line_start: 1, line_end: 1 }), span(behind)] },
      { message: 'cannot find function `handle` in the crate root', spans: [span(behind)] },
      {
        message: 'in a macro',
        spans: [span({ file_name: '/rustc/59/library/std/src/macros.rs', expansion: { span: span({}) } })],
      },
      { message: 'aborting due to 3 previous errors' },
      { message: 'For more information about this error', level: 'failure-note' },
    )
    const { result } = await compile({ messages })
    expect(result.diagnostics.map(({ line, message, hint }) => [line, message, hint])).toEqual([
      [1, 'unclosed', null],
      [
        1,
        'cannot find function `handle` in the crate root',
        expect.stringContaining('pub fn handle(request: Request)'),
      ],
      [2, 'in a macro', null],
    ])
  })

  test.each([
    'const A: &str = include_str!("/etc/passwd");',
    'const A: &[u8] = std::include_bytes !("/etc/passwd");',
    'include!("/etc/passwd");',
    'const A: &str = env!("HOME");',
    'const A: Option<&str> = option_env!("HOME");',
    '#[path = "/etc/passwd"]\nmod passwd;',
    `const Q: char = '"'; const A: &str = include_str!("/etc/passwd"); const B: char = '"';`,
    'const A: &str = r#"""#; const B: &str = include_str!("/etc/passwd");',
    "fn a<'a>(b: &'a str) -> &'a str { include_str!(\"/etc/passwd\") }",
  ])('refuses %s without asking rustc', async (text) => {
    const { result, crates } = await compile({ wasm: module }, text)
    expect(result.diagnostics).toMatchObject([{ code: 'reads', severity: 'error', hint: expect.any(String) }])
    expect([result.status, crates]).toEqual(['failed', []])
  })

  test.each([
    '// include_str!("x")',
    '/* mod a; */',
    'const A: &str = "env!(x)";',
    'mod a { pub fn b() {} }',
    'fn a() { b.env(); }',
  ])('takes %s', async (text) => expect((await compile({ wasm: module }, text)).result.status).toBe('compiled'))

  test('refuses what rustc says it read, however the source hid it, and shows nothing of it', async () => {
    const secret = said({ message: 'root:x:0:0', spans: [span({})] })
    for (const dependencies of [`${readOwn}/etc/passwd:\n`, `${readOwn}\n# env-dep:HOME=/root\n`]) {
      const { result } = await compile({ wasm: module, messages: secret, dependencies })
      expect([result.status, result.diagnostics.map(({ code }) => code)]).toEqual(['failed', ['reads']])
    }
  })

  test('shows no message about another file, and none at all where rustc did not say what it read', async () => {
    const passwd = { message: 'expected one of `!`, found `:`', spans: [span({ file_name: '/etc/passwd' })] }
    const unread = { message: "couldn't read `/etc/shadow`: Permission denied", spans: [span({})] }
    const noted = {
      ...unknownName,
      spans: [span({})],
      children: [{ message: 'm', level: 'note', spans: [span({ file_name: 'x' })] }],
    }
    const { result } = await compile({ messages: said(passwd, unread, noted) })
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['reads'])
    const hidden = 'use std::include_str as a; compile_error!(a!("/etc/passwd"));'
    const messages = said({ message: 'root:x:0:0', spans: [span({ line_start: 1, line_end: 1 })] })
    expect((await compile({ messages, dependencies: undefined }, hidden)).result.diagnostics).toMatchObject([
      { code: 'reads' },
    ])
    expect((await compile({ messages, dependencies: undefined })).result.diagnostics).toMatchObject([{ code: 'rustc' }])
  })

  test('fails with the reason where there is no module, and for a source that is too long', async () => {
    const none = (await compile({ messages: 'not JSON\n{}' })).result
    expect(none).toMatchObject({ status: 'failed', diagnostics: [{ message: 'The compiler gave no module' }] })
    const long = (await compile({ wasm: module }, `//${' '.repeat(300_000)}`)).result
    expect(long.diagnostics).toMatchObject([{ code: 'source-size' }])
    const runner = {
      run: async () => ({ reply: undefined, why: 'took longer than 1 ms' }),
      close: async () => undefined,
    }
    const ended = await rustBackend(runner).compile(source, { kind: 'backend', optimize: 0 })
    expect(ended.diagnostics).toMatchObject([{ message: 'The compiler took longer than 1 ms' }])
  })
})
