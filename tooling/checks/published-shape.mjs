// @ts-check
/** Packs each package as it would be published, and looks at what its users would get. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ensurePnpm } from '../bootstrap/toolchain.mjs'

/** What a published package may hold. */
const allowedFile = /^(?:dist\/|src\/|solidity\/.+\.sol$|package\.json$|README\.md$|CHANGELOG\.md$|LICENSE$)/
const testFile = /\.(?:test|test-d|bench)\.[cm]?[jt]sx?$/

/**
 * Lists what is wrong with the package in `folder` as it would be published.
 *
 * @param {string} folder
 * @param {{ root: string, pnpm: string }} tools Where publint and attw are installed, and the pnpm that packs.
 * @returns {string[]}
 */
export function shapeProblems(folder, { root, pnpm }) {
  const scratch = mkdtempSync(join(tmpdir(), 'salp-shape-'))
  try {
    const packed = execute(folder, pnpm, ['pack', '--json', '--pack-destination', scratch])
    if (packed.status !== 0) return [packed.output]
    /** @type {{ filename: string, files: { path: string }[] }} */
    const { filename, files } = JSON.parse(packed.stdout)
    const stray = files
      .map(({ path }) => path)
      .filter((path) => !allowedFile.test(path) || testFile.test(path))
      .map((path) => `publishes ${path}`)
    const script = (/** @type {string} */ path) => join(root, 'node_modules', path)
    const checked = [
      execute(folder, process.execPath, [script('publint/src/cli.js'), 'run', filename, '--strict']),
      execute(folder, process.execPath, [
        script('@arethetypeswrong/cli/dist/index.js'),
        filename,
        '--profile',
        'esm-only',
      ]),
    ]
    return [...stray, ...checked.filter(({ status }) => status !== 0).map(({ output }) => output)]
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

/**
 * @param {string} cwd
 * @param {string} file
 * @param {readonly string[]} args
 */
function execute(cwd, file, args) {
  const env = { ...process.env, pnpm_config_pm_on_fail: 'ignore', NO_COLOR: '1', FORCE_COLOR: '0' }
  const { status, stdout, stderr } = spawnSync(file, args, { cwd, env, encoding: 'utf8' })
  return { status, stdout, output: `${stdout}${stderr}`.trim() }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const pnpm = await ensurePnpm(root, console.error)
  for (const name of readdirSync(join(root, 'packages'))) {
    const folder = join(root, 'packages', name)
    if (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).private === true) continue
    for (const problem of shapeProblems(folder, { root, pnpm })) {
      console.log(`packages/${name}: ${problem}\n`)
      process.exitCode = 1
    }
  }
}
