// @ts-check
/** `npm test`: runs every check, whatever the others say, and ends with one line of counts. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runChecks, summary } from './checks.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'salp-checks-'))

/**
 * Finds the script behind a command of an installed package.
 *
 * @param {string} name The package.
 * @param {string} [command] The command, where it is not called like the package.
 */
function bin(name, command = name) {
  const folder = join(root, 'node_modules', name)
  const stated = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).bin
  return join(folder, typeof stated === 'string' ? stated : stated[command])
}

/**
 * A check that is a program run by this Node.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {{ tests?: boolean }} [options] `tests`: the program is vitest, whose output is shown while it runs, and whose tests are counted.
 * @returns {import('./checks.mjs').Check}
 */
function program(name, args, { tests = false } = {}) {
  const reportFile = join(scratch, `${name.replace(/\W/g, '-')}.json`)
  const run = () =>
    new Promise((/** @type {(result: import('./checks.mjs').Result) => void} */ resolve) => {
      const env = { ...process.env, ...(tests ? { SALP_TEST_REPORT: reportFile } : {}) }
      const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk) => {
          if (tests) process.stdout.write(chunk)
          else output += chunk
        })
      }
      child.once('error', (error) => resolve({ ok: false, output: error.message }))
      child.once('close', (code) => resolve({ ok: code === 0, output, ...(tests ? readReport(reportFile) : {}) }))
    })
  return { name, run }
}

/**
 * @param {string} file
 * @returns {import('./reporter.ts').TestReport | undefined}
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // vitest ended before its report; its exit code tells that it failed.
    return undefined
  }
}

const vitest = bin('vitest')
const { totals, failures } = await runChecks({
  // Two at a time: the build keeps one core busy, the others the second.
  lanes: [
    [
      program('build', ['tooling/bootstrap/salp.mjs', 'build']),
      program('published shape', ['tooling/checks/published-shape.mjs']),
    ],
    [
      program('format and lint', [bin('@biomejs/biome', 'biome'), 'check', '.']),
      program('types', [bin('typescript', 'tsc'), '-p', 'tsconfig.json']),
      program('unused code and dependencies', [bin('knip')]),
    ],
  ],
  // Tests come last and alone, so that nothing else takes their time.
  last: [
    program('unit tests and repository rules', [vitest, 'run', '--project', 'unit'], { tests: true }),
    program('end-to-end tests', [vitest, 'run', '--project', 'e2e', '--passWithNoTests'], { tests: true }),
  ],
  say: (line) => console.log(line),
  now: () => performance.now(),
})
rmSync(scratch, { recursive: true })

console.log(summary(totals, failures))
process.exitCode = failures.length === 0 ? 0 : 1
