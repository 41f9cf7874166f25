// @ts-check
/** Fetches a program through npm, wholly or not at all, and remembers where it is. */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import { run } from './child.mjs'
import { advise, Interrupted, Problem } from './problem.mjs'

const exe = process.platform === 'win32' ? '.exe' : ''

/** Beside the packages, the last thing to be written: what runs, and which version it said it is. */
const record = 'program.json'

/**
 * A package to fetch, and where in its `node_modules` the program may be.
 *
 * @typedef {object} Choice
 * @property {string} spec
 * @property {boolean} [scripts] Whether its install scripts are needed.
 * @property {(modules: string) => string[]} programs
 */

/**
 * Finds a program that was fetched into `folder`.
 *
 * @param {string} folder
 * @returns {{ path: string, version: string } | undefined}
 */
export function fetchedProgram(folder) {
  const file = join(folder, record)
  if (!existsSync(file)) return undefined
  const { path, version } = JSON.parse(readFileSync(file, 'utf8'))
  return existsSync(join(folder, path)) ? { path: join(folder, path), version } : undefined
}

/**
 * Fetches the first of several packages that npm can get and whose program runs here.
 *
 * @param {string} folder Replaced once all is well.
 * @param {readonly Choice[]} choices
 * @returns {Promise<string>} Path of the program.
 * @throws {Problem} If none can be had; with what npm said of the first.
 */
export async function fetchProgram(folder, choices) {
  const npm = findNpm(process.env, process.execPath)
  const partial = `${folder}.partial`
  const failures = []
  try {
    for (const { spec, scripts = false, programs } of choices) {
      rmSync(partial, { recursive: true, force: true })
      mkdirSync(partial, { recursive: true })
      writeFileSync(join(partial, 'package.json'), '{ "private": true }\n')
      const { code, output } = await runNpm(npm, ['install', spec, '--prefix', partial, `--ignore-scripts=${!scripts}`])
      failures.push(code === 0 ? `${spec} does not run on this machine${fullDisk(partial)}` : output.trim())
      for (const path of code === 0 ? programs(join(partial, 'node_modules')).filter(existsSync) : []) {
        const version = await versionOf(path)
        if (version === undefined) continue
        writeFileSync(join(partial, record), JSON.stringify({ path: relative(partial, path), version }))
        rmSync(folder, { recursive: true, force: true })
        renameSync(partial, folder)
        return join(folder, relative(partial, path))
      }
    }
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  const specs = choices.map(({ spec }) => spec).join(' or ')
  throw new Problem(`npm could not install ${specs}:\n${failures[0]}`, advise(failures.join('\n')))
}

/**
 * What a program says its version is; nothing if it does not run.
 *
 * @param {string} program
 * @returns {Promise<string | undefined>}
 */
export async function versionOf(program) {
  try {
    // Beside itself there is no package.json that could pin, and make it run, another version.
    const env = { ...process.env, pnpm_config_pm_on_fail: 'ignore', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' }
    const { code, output } = await run(program, ['--version'], { cwd: dirname(program), env, output: 'keep' })
    return code === 0 ? output.trim().replace(/^v/, '') : undefined
  } catch {
    // Built for another machine, or not a program: as good as absent.
    return undefined
  }
}

/**
 * Finds npm as the script it is, so that it can be run by Node without a shell.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {string} node Path of the Node that runs this.
 * @returns {string}
 */
export function findNpm(environment, node) {
  const beside = ['node_modules/npm/bin/npm-cli.js', '../lib/node_modules/npm/bin/npm-cli.js']
  const places = [
    environment.npm_execpath ?? '',
    ...beside.map((path) => join(dirname(node), path)),
    ...onPath('npm', environment).map((path) => realpathSync(path)),
  ]
  const script = places.find((path) => /npm-cli\.js$/.test(path) && existsSync(path))
  if (script !== undefined) return script
  throw new Problem(
    'npm was not found, and Node or pnpm must be fetched through it',
    'Install Node with npm from https://nodejs.org, or put npm on the PATH.',
  )
}

/**
 * Programs of that name on the PATH, in its order.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string[]}
 */
export function onPath(name, environment) {
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, `${name}${exe}`)).filter(existsSync)
}

/**
 * npm may end well although the disk is full and files were cut short.
 *
 * @param {string} folder
 */
function fullDisk(folder) {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize < 2 ** 20 ? ': ENOSPC, no space left on device' : ''
}

/**
 * @param {string} npm
 * @param {readonly string[]} args
 */
async function runNpm(npm, args) {
  const quiet = ['--no-save', '--no-package-lock', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  const options = { cwd: dirname(npm), env: { ...process.env, npm_config_update_notifier: 'false' } }
  const ended = await run(process.execPath, [npm, ...args, ...quiet], { ...options, output: 'keep' })
  if (ended.signal !== undefined) throw new Interrupted(ended.signal)
  return ended
}
