import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { passphraseCommand, passphraseFile, promptPassphrase } from './passphrase.js'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'salp-passphrase-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const opening = { name: 'main', purpose: 'open' } as const
const creating = { name: 'main', purpose: 'create' } as const
const refused = (why: string) => ({ code: 'wallet/passphrase', message: `Cannot use the passphrase: ${why}` })

/** A terminal on which these lines are typed, one for each question. */
function terminal(...lines: readonly string[]) {
  const modes: boolean[] = []
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (mode: boolean) => modes.push(mode) })
  const output = new PassThrough()
  const shown: string[] = []
  const rest = [...lines]
  output.on('data', (chunk) => {
    shown.push(String(chunk))
    const line = String(chunk).endsWith(': ') ? rest.shift() : undefined
    if (line !== undefined) setImmediate(() => input.write(line))
  })
  return { input, output, modes, shown }
}

test('promptPassphrase() asks once to open, shows nothing typed, and leaves the terminal as it was', async () => {
  const { modes, shown, ...streams } = terminal('sesame\x7fe \u{1f600}\x1b[A\r')
  expect(await promptPassphrase(streams)(opening, {})).toBe('sesame \u{1f600}')
  expect([shown, modes]).toEqual([
    ['Passphrase of the keystore "main": ', '\n'],
    [true, false],
  ])
})

test('promptPassphrase() asks twice to create, and refuses two that differ', async () => {
  expect(await promptPassphrase(terminal('one\r', 'one\n'))(creating, {})).toBe('one')
  await expect(promptPassphrase(terminal('one\r', 'two\r'))(creating, {})).rejects.toMatchObject(
    refused('the two are not the same'),
  )
})

test('promptPassphrase() can be left, aborted, and needs a terminal', async () => {
  await expect(promptPassphrase(terminal('a\x03'))(opening, {})).rejects.toMatchObject(refused('the question was left'))
  const waiting = terminal()
  const controller = new AbortController()
  const asking = promptPassphrase(waiting)(opening, { signal: controller.signal })
  controller.abort(new Error('closed'))
  await expect(asking).rejects.toThrow('closed')
  expect(waiting.modes).toEqual([true, false])
  const pipe = { input: new PassThrough(), output: new PassThrough() }
  await expect(promptPassphrase(pipe)(opening, {})).rejects.toMatchObject(
    refused('there is no terminal to ask at; use a file or a command'),
  )
})

test('passphraseCommand() takes what a program prints, without a shell', async () => {
  const print = (text: string) =>
    passphraseCommand([process.execPath, '-e', `process.stdout.write(${JSON.stringify(text)})`])
  expect(await print('$HOME; one\n')(opening, {})).toBe('$HOME; one')
  expect(await print(' two \n\n')(opening, {})).toBe(' two \n')
})

test('passphraseCommand() says nothing of what a failing program printed', async () => {
  const failing = passphraseCommand([
    process.execPath,
    '-e',
    'console.log("canary"); console.error("canary"); process.exit(1)',
  ])
  const error: unknown = await failing(opening, {}).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject(refused(`the command "${process.execPath}" failed or took too long`))
  expect(JSON.stringify(error)).not.toContain('canary')
  expect(error instanceof Error && error.cause).toBeUndefined()
  const endless = [process.execPath, '-e', 'setInterval(() => {}, 1000)'] as const
  await expect(passphraseCommand(endless, { timeoutMs: 1 })(opening, {})).rejects.toMatchObject({
    code: 'wallet/passphrase',
  })
  const flood = [process.execPath, '-e', 'process.stdout.write("x".repeat(1e6))'] as const
  await expect(passphraseCommand(flood)(opening, {})).rejects.toMatchObject({ code: 'wallet/passphrase' })
  await expect(passphraseCommand(endless)(opening, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow(
    'no',
  )
})

test.skipIf(process.platform === 'win32')('passphraseFile() reads a file that its owner alone may read', async () => {
  const path = join(home, 'passphrase')
  writeFileSync(path, 'open sesame\r\n', { mode: 0o600 })
  expect(await passphraseFile(path)(opening, {})).toBe('open sesame')
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(path, mode)
    await expect(passphraseFile(path)(opening, {})).rejects.toMatchObject({ code: 'wallet/passphrase' })
  }
  chmodSync(path, 0o600)
  writeFileSync(path, 'x'.repeat(5_000))
  await expect(passphraseFile(path)(opening, {})).rejects.toMatchObject({ code: 'wallet/passphrase' })
  await expect(passphraseFile(join(home, 'none'))(opening, {})).rejects.toMatchObject({ code: 'wallet/passphrase' })
})
