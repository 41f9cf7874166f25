import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeystore, type Secret } from '@salp/wallet'
import { openKeystoreFolder } from '@salp/wallet/node'
import { describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { createMemoryIo, type MemoryIoOptions } from '../testing/memory-io.js'
import { temporaryHome } from '../testing/temporary-home.js'

const phrase = 'test test test test test test test test test test test junk'
const privateKey = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const passphrase = 'correct horse'

/** Runs commands, one after the other, on a home that no node uses. */
function openHome() {
  const { home, [Symbol.dispose]: dispose } = temporaryHome()
  const files = openKeystoreFolder(home.keystore)
  const run = async (words: readonly string[], change: MemoryIoOptions = {}) => {
    const { io, output, errors } = createMemoryIo({ folder: home.path, ...change })
    const exitCode = await runCli(['--home', home.path, 'wallet', ...words], io)
    return { exitCode, output: output(), errors: errors() }
  }
  writeFileSync(join(home.path, 'right'), `${passphrase}\n`, { mode: 0o600 })
  writeFileSync(join(home.path, 'wrong'), 'battery staple\n', { mode: 0o600 })
  return {
    run,
    files,
    keystore: (secret: string) => createKeystore({ files, passphrase: async () => secret, scryptCost: 2 }),
    /** Puts a wallet there at a low cost, which is kept until it is changed. */
    put: (secret: Secret = { type: 'phrase', phrase }) =>
      createKeystore({ files, passphrase: async () => passphrase, scryptCost: 2 }).import('main', secret),
    [Symbol.dispose]: dispose,
  }
}

describe('salp wallet create', () => {
  test('asks for a passphrase twice, and makes a wallet that opens with it', async () => {
    using home = openHome()
    const { exitCode, output, errors } = await home.run(['create'], { typed: [passphrase, passphrase] })
    const [entry] = await home.keystore(passphrase).list()
    expect([exitCode, output]).toEqual([0, expect.stringContaining(`Address  ${entry?.address}\n`)])
    expect(errors).toMatch(/^New passphrase of "main" › \nThe same once more › \nWrite its recovery phrase down/)
    expect((await home.keystore(passphrase).open('main')).account().address).toBe(entry?.address)
  })

  test('takes the passphrase from a file or a program, and nobody is asked', async () => {
    using home = openHome()
    const file = await home.run(['create', '--name', 'one', '--passphrase-file', 'right', '--json'])
    const program = `"${process.execPath}" -p "'correct ' + 'horse'"`
    const command = await home.run(['create', '--name', 'two', '--passphrase-command', program, '--json'])
    const made = [JSON.parse(file.output), JSON.parse(command.output)]
    expect([made, file.errors, command.errors]).toEqual([await home.keystore(passphrase).list(), '', ''])
    expect((await home.keystore(passphrase).open('two')).account().address).toBe(made[1].address)
  })

  test('writes nothing if the passphrases differ, are empty, cannot be had, or nobody can be asked', async () => {
    using home = openHome()
    const runs = [
      await home.run(['create'], { typed: ['one', 'other'] }),
      await home.run(['create'], { typed: ['', ''] }),
      await home.run(['create'], { typed: [] }),
      await home.run(['create']),
      await home.run(['create', '--passphrase-file', 'missing']),
      await home.run(['create', '--passphrase-command', `"${process.execPath}" -e "process.exit(3)"`]),
      await home.run(['create', '--passphrase-command', 'no-such-program']),
      await home.run(['create', '--name', '../main', '--passphrase-file', 'right']),
    ]
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 1, 130, 2, 1, 1, 1, 2])
    expect(runs.slice(3, 7).map(({ errors }) => errors)).toEqual([
      expect.stringContaining('give --passphrase-file or --passphrase-command'),
      expect.stringMatching(/the file ".*missing" cannot be read/),
      expect.stringContaining('failed or took too long'),
      expect.stringContaining('the command "no-such-program" failed'),
    ])
    expect(await home.files.names()).toEqual([])
  })

  test('leaves a wallet that is there as it is', async () => {
    using home = openHome()
    await home.put()
    const before = await home.files.read('main')
    const { exitCode, errors } = await home.run(['create', '--passphrase-file', 'right'])
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('choose another name')])
    expect(await home.files.read('main')).toBe(before)
  })
})

describe('salp wallet import', () => {
  test('takes a phrase or a key from standard input', async () => {
    using home = openHome()
    for (const [name, input] of Object.entries({ phrase: `${phrase}\n`, key: privateKey.slice(2) })) {
      const { exitCode, output } = await home.run(['import', '--name', name, '--passphrase-file', 'right'], { input })
      expect([exitCode, output]).toEqual([0, expect.stringContaining(`Address  ${address}\n`)])
    }
    expect(await home.keystore(passphrase).reveal('key')).toEqual({ type: 'key', privateKey })
  })

  test('asks for it in a terminal, where it is not shown', async () => {
    using home = openHome()
    const { exitCode, errors } = await home.run(['import'], { typed: [phrase, passphrase, passphrase] })
    expect([exitCode, errors]).toEqual([0, expect.stringContaining('Recovery phrase or private key › \n')])
    expect(await home.keystore(passphrase).reveal('main')).toEqual({ type: 'phrase', phrase })
  })

  test('takes none from the command line, none that is broken, and none for a name that is taken', async () => {
    using home = openHome()
    const words = ['import', '--passphrase-file', 'right']
    const runs = [
      await home.run([...words, ...phrase.split(' ')]),
      await home.run(words, { input: '\n' }),
      await home.run(words, { input: `${phrase} junk` }),
      await home.run([...words, '--json'], { typed: [phrase] }),
    ]
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2, 1, 2])
    expect(await home.files.names()).toEqual([])
    await home.put()
    expect(await home.run(words, { typed: [] })).toMatchObject({ exitCode: 1, output: '' })
  })
})

describe('salp wallet reveal', () => {
  test('warns, asks for the passphrase, and numbers the words for a person', async () => {
    using home = openHome()
    await home.put()
    const { output, errors } = await home.run(['reveal'], { typed: [passphrase] })
    expect(errors).toMatch(/^Whoever sees what comes next can take the money[^\n]*\nPassphrase of "main" › \n$/)
    expect(output).toMatchInlineSnapshot(`
      " 1 test        2 test        3 test        4 test
       5 test        6 test        7 test        8 test
       9 test       10 test       11 test       12 junk
      "
    `)
  })

  test('prints a phrase or a key on one line for a program', async () => {
    using home = openHome()
    await home.put()
    expect((await home.run(['reveal', '--passphrase-file', 'right'])).output).toBe(`${phrase}\n`)
    using other = openHome()
    await other.put({ type: 'key', privateKey })
    const { output } = await other.run(['reveal', '--passphrase-file', 'right', '--json'])
    expect(JSON.parse(output)).toEqual({ type: 'key', privateKey })
  })

  test('shows nothing for a wrong passphrase', async () => {
    using home = openHome()
    await home.put()
    const { exitCode, output, errors } = await home.run(['reveal', '--passphrase-file', 'wrong'])
    expect([exitCode, output]).toEqual([1, ''])
    expect(errors).toContain('Cannot use the passphrase: it is wrong')
    expect((await home.run(['reveal', '--name', 'none'])).errors).toContain('there is none of that name')
  })
})

describe('salp wallet passphrase', () => {
  test('changes it: the new one opens, the old one does not', async () => {
    using home = openHome()
    await home.put()
    const { exitCode, output } = await home.run(['passphrase'], { typed: [passphrase, 'new one', 'new one'] })
    expect([exitCode, output]).toEqual([0, 'Changed the passphrase of "main"\n'])
    expect(await home.keystore('new one').reveal('main')).toEqual({ type: 'phrase', phrase })
    await expect(home.keystore(passphrase).reveal('main')).rejects.toMatchObject({ code: 'wallet/passphrase' })
  })

  test('reads both from files, and keeps the old one where that is wrong', async () => {
    using home = openHome()
    await home.put()
    const before = await home.files.read('main')
    const words = (old: string, next: string) => [
      ...['passphrase', '--passphrase-file', old],
      ...['--new-passphrase-file', next],
    ]
    expect((await home.run(words('wrong', 'right'))).exitCode).toBe(1)
    expect(await home.files.read('main')).toBe(before)
    expect((await home.run(words('right', 'wrong'))).exitCode).toBe(0)
    expect(await home.keystore('battery staple').reveal('main')).toEqual({ type: 'phrase', phrase })
  })
})

test('no key, phrase or passphrase is printed, but by reveal', async () => {
  using home = openHome()
  const passphrases = ['--passphrase-file', 'right', '--new-passphrase-file', 'wrong']
  const printed: string[] = []
  for (const flags of [[], ['--json']]) {
    const name = `name-${flags.length}`
    const run = async (words: readonly string[], change?: MemoryIoOptions) => {
      const { output, errors } = await home.run([...words, ...flags], change)
      printed.push(output, errors)
    }
    await run(['import', '--name', name, '--passphrase-file', 'right'], { input: phrase })
    await run(['import', '--name', name, '--passphrase-file', 'right'], { input: phrase })
    await run(['import', '--name', 'other', '--passphrase-file', 'right'], { input: `${phrase} test` })
    await run(['import', '--name', 'other', '--passphrase-file', 'right'], { input: `${privateKey}80` })
    await run(['import', '--passphrase-file', 'right', ...phrase.split(' ')])
    await run(['import', '--phrase', phrase])
    await run(['import', `--passphrase=${passphrase}`])
    await run([privateKey])
    await run(['import', '--name', `key-${flags.length}`], { typed: [privateKey, passphrase, passphrase] })
    await run(['create', '--name', 'other'], { typed: [passphrase, 'battery staple'] })
    await run([
      'create',
      '--passphrase-command',
      `"${process.execPath}" -e "console.log('${passphrase}'); process.exit(1)"`,
    ])
    await run(['passphrase', '--name', name, ...passphrases])
    await run(['passphrase', '--name', name, ...passphrases])
    await run(['reveal', '--name', name, '--passphrase-file', 'right'])
    await run(['reveal', '--name', name], { typed: ['correct hors'] })
  }
  const shown = printed.join('\n').toLowerCase()
  expect(shown).toContain(address.toLowerCase())
  for (const canary of [privateKey.slice(2), 'test test', 'junk', passphrase, 'correct hors', 'battery staple'])
    expect(shown.includes(canary), canary).toBe(false)
  expect((await home.run(['reveal', '--name', 'name-0', '--passphrase-file', 'wrong'])).output).toContain(phrase)
})
