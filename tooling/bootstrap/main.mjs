// @ts-check
/** The commands of the bootstrap: `start`, `test`, `salp`, `build`. */

import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './child.mjs'
import { withLock } from './lock.mjs'
import { advise, Interrupted, Problem } from './problem.mjs'
import { buildDigest, createStamp, hasOutputs, installDigest } from './stamps.mjs'
import { ensureNode, ensurePnpm, findNode, withPrograms } from './toolchain.mjs'

/** @type {Record<string, (root: string, args: readonly string[]) => Promise<number>>} */
const commands = {
  async start(root, args) {
    const node = await prepare(root, { build: true })
    const program = join(root, 'apps/node/dist/main.js')
    if (!existsSync(program))
      throw new Problem(`Nothing to start: ${program} was not built`, 'Run "npm test" to see why')
    // As the command-line program starts it: a smaller heap, for what runs all day.
    return (await run(node, ['--max-semi-space-size=8', program, ...args], { cwd: process.cwd(), env: process.env }))
      .code
  },
  async test(root, args) {
    const node = await prepare(root, { build: false })
    const program = join(root, 'tooling/checks/main.mjs')
    return (await run(node, [program, ...args], { cwd: root, env: withPrograms(process.env, [node]) })).code
  },
  async salp(root, args) {
    const node = await prepare(root, { build: true })
    const program = join(root, 'apps/cli/dist/main.js')
    const cwd = process.env.INIT_CWD ?? process.cwd()
    const interactive = process.stdin.isTTY === true
    return (await run(node, [program, ...args], { cwd, env: process.env, interactive })).code
  },
  async build(root) {
    await prepare(root, { build: true })
    return 0
  },
}

/**
 * Runs one command and leaves its exit code to the process.
 *
 * @param {readonly string[]} args The command's name, then what it is given.
 */
export async function main([name = 'start', ...args]) {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const command = commands[name]
  try {
    if (command === undefined)
      throw new Problem(`No command "${name}"`, `Use one of: ${Object.keys(commands).join(', ')}`)
    process.exitCode = await command(root, args)
  } catch (error) {
    process.exitCode = report(error)
    if (name === 'test') console.log('\n0 passed, 1 failed')
  }
}

/**
 * Installs and builds what changed since the last time. Starts no process when nothing did.
 *
 * @param {string} root
 * @param {{ build: boolean }} options
 * @returns {Promise<string>} Path of a Node that is new enough.
 */
async function prepare(root, { build }) {
  const installed = createStamp(root, 'install')
  const built = createStamp(root, 'build')
  const isInstalled = () => installed.fits(installDigest(root))
  const isBuilt = () => !build || (built.fits(buildDigest(root)) && hasOutputs(root))

  const ready = findNode(root)
  if (ready !== undefined && isInstalled() && isBuilt()) return ready

  const onWait = () => say('Another Salp is installing or building here; waiting for it …')
  return withLock(join(root, '.toolchain', 'lock'), { onWait }, async () => {
    const node = await ensureNode(root, say)
    if (!isInstalled()) {
      const digest = installDigest(root)
      const pnpm = await ensurePnpm(root, say)
      const env = withPrograms(process.env, [pnpm, node])
      await step('Installing dependencies', pnpm, ['install', '--frozen-lockfile'], { cwd: root, env })
      installed.set(digest)
    }
    if (!isBuilt()) {
      // Taken before the build, so that a change made during it is built next time.
      const digest = buildDigest(root)
      const env = withPrograms(process.env, [await ensurePnpm(root, say), node])
      const turbo = join(root, 'node_modules/turbo/bin/turbo')
      await step('Building what changed', node, [turbo, 'run', 'build', '--output-logs=errors-only'], {
        cwd: root,
        env,
      })
      built.set(digest)
    }
    return node
  })
}

/**
 * Runs one program of the preparation, telling how long it took.
 *
 * @param {string} title
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 */
async function step(title, file, args, options) {
  say(`${title} …`)
  const begun = performance.now()
  const { code, output, signal } = await run(file, args, { ...options, output: 'tee' })
  if (signal !== undefined) throw new Interrupted(signal)
  if (code !== 0) throw new Problem(`${title} failed`, advise(output))
  say(`${title}: done in ${((performance.now() - begun) / 1_000).toFixed(1)} s`)
}

/** @param {string} line */
function say(line) {
  console.error(`salp: ${line}`)
}

/**
 * Tells the person at the keyboard what went wrong.
 *
 * @param {unknown} error
 * @returns {number} The exit code.
 */
function report(error) {
  if (error instanceof Interrupted) return 128 + constants.signals[error.signal]
  if (error instanceof Problem) {
    say(`${error.message}\n\n${error.advice}`)
    return 1
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  say(`${text}\n\n${advise(text)}`)
  return 1
}
