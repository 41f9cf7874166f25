/** `salp cartridge`: small programs for an agent, written in a folder or on the node that runs. */

import type { Kind, Language } from '@salp/cartridge'
import { Command, InvalidArgumentError, Option } from 'commander'
import type { BuildOptions } from '../cartridge/bench.js'
import type { NewWords } from '../cartridge/new-project.js'
import type { RunWords } from '../cartridge/run-project.js'
import type { ServeWords } from '../cartridge/serve-project.js'
import { UsageError } from '../cli-errors.js'
import { examples, type ToAction } from './action.js'
import { addCallOptions } from './call-options.js'
import { addNodeCommands } from './cartridge-node.js'
import { integerFrom } from './values.js'

// Written out, since the help needs them and the package is loaded by the commands alone.
const kinds: readonly Kind[] = ['backend', 'interactive', 'frontend', 'cognitive']
const languages: readonly Language[] = ['assemblyscript', 'script']
const folderArgument = ['[folder]', 'where cartridge.json is', '.'] as const
const optimizeOption = ['-O, --optimize', 'quicker code, for several times the wait'] as const

/** Creates the command. */
export function cartridgeCommand(toAction: ToAction): Command {
  const cartridge = new Command('cartridge').description(
    'small programs for an agent: write, build, test, run, publish',
  )
  cartridge
    .command('new')
    .description('make a folder to begin from; what is there is not overwritten')
    .argument('[folder]', 'where to; the cartridge is named after it')
    .option('-t, --template <words>', 'what to begin from: its name, or words such as "snake game"')
    .addOption(new Option('-k, --kind <kind>', 'the shortest template of a kind').choices(kinds))
    .addOption(new Option('-l, --language <language>', 'only templates in it').choices(languages))
    .option('--list', 'list the templates')
    .action(
      toAction(async (invocation, folder: string | undefined, { list, ...words }: NewWords & { list?: true }) => {
        const { listTemplates, newProject } = await import('../cartridge/new-project.js')
        if (list === true) return listTemplates(invocation, words)
        if (folder === undefined) throw new UsageError('Name a folder: salp cartridge new visits --template counter')
        return newProject(invocation, folder, words)
      }),
    )
  cartridge
    .command('build')
    .description('compile, check and try it, and write the module')
    .argument(...folderArgument)
    .option('-o, --out <file>', 'where to (default: out.wasm in the folder)')
    .option(...optimizeOption)
    .option('-w, --watch', 'again whenever a file changes, until Ctrl-C')
    .action(
      toAction(async (invocation, folder: string, options: BuildOptions & { out?: string; watch?: true }) => {
        const { buildProject } = await import('../cartridge/build-project.js')
        return buildProject(invocation, folder, options)
      }),
    )
  cartridge
    .command('test')
    .description('build it and run the tests of its cartridge.json')
    .argument(...folderArgument)
    .option(...optimizeOption)
    .action(
      toAction(async (invocation, folder: string, options: BuildOptions) => {
        const { testProject } = await import('../cartridge/test-project.js')
        return testProject(invocation, folder, options)
      }),
    )
  addCallOptions(
    cartridge
      .command('run')
      .description('build it and call it once; an interactive one is played in the terminal')
      .argument(...folderArgument),
  )
    .option('--frames <count>', 'of an interactive one: run so many frames instead of playing', integerFrom(1))
    .option('--keys <codes>', 'keys before them, one a frame, such as 38,39', keyCodes)
    .option('--png <file>', 'write the last picture')
    .option(...optimizeOption)
    .action(
      toAction(async (invocation, folder: string, options: RunWords) => {
        const { runProject } = await import('../cartridge/run-project.js')
        return runProject(invocation, folder, options)
      }),
    )
    .addHelpText(
      'after',
      `
What a call keeps is gone when the command ends: salp cartridge serve --kv FILE keeps it. The body of an answer goes to
standard output, its status, its headers and its log to standard error. Terminals do not tell when a key is let go, so it
counts as held for a moment.
${examples(
  ["salp cartridge run notes --request 'POST /notes' --body hello", 'a backend'],
  [`salp cartridge run intent --value '"stop that"' --stats`, 'a cognitive function, and what it took'],
  ['salp cartridge run snake', 'a game: arrow keys, q ends'],
  ['salp cartridge run snake --keys 38,39 --frames 30 --png snake.png', 'a picture of it'],
)}`,
    )
  cartridge
    .command('serve')
    .description('serve a backend on this machine, and take up changes, until Ctrl-C')
    .argument(...folderArgument)
    .option('-p, --port <number>', 'port, 0 for a free one', integerFrom(0), 4400)
    .option('--kv <file>', 'SQLite file to keep keys and values in (default: in memory)')
    .option(...optimizeOption)
    .action(
      toAction(async (invocation, folder: string, options: ServeWords) => {
        const { serveFolder } = await import('../cartridge/serve-project.js')
        return serveFolder(invocation, folder, options)
      }),
    )
  cartridge
    .command('inspect')
    .description('what a module is, what it needs, and whether it would be let in')
    .argument('<what>', 'a .wasm file, a folder, or the id of a cartridge of the node')
    .option(...optimizeOption)
    .action(
      toAction(async (invocation, what: string, options: BuildOptions) => {
        const { inspect } = await import('../cartridge/inspect.js')
        return inspect(invocation, what, options)
      }),
    )
  addNodeCommands(cartridge, toAction)
  return cartridge.addHelpText(
    'after',
    `
new, build, test, run, serve and inspect work on a folder with cartridge.json and main.ts, and need no node. The others
work with the node that runs: npm start.
${examples(
  ['salp cartridge new visits --template counter', 'a folder to begin from'],
  ['salp cartridge serve visits', 'try it while you change it'],
  ['salp cartridge push visits --build', 'give it to the node'],
  ["salp cartridge publish visits --price '$0.01'", 'and sell it'],
)}`,
  )
}

function keyCodes(text: string): number[] {
  const codes = text.split(',').map(Number)
  if (!codes.every((code) => Number.isInteger(code) && code >= 0 && code <= 255))
    throw new InvalidArgumentError('Expected codes from 0 to 255, such as 38,39 for up and right.')
  return codes
}
