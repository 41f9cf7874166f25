/** The official conformance suite, against both sides. What fails is listed with its reason in `mcp-conformance.yml`. */

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { startConformanceServer } from '../testing/mcp-conformance-server.js'
import { temporaryFolder } from '../testing/temporary-folder.js'

const require = createRequire(import.meta.url)
const suite = require.resolve('@modelcontextprotocol/conformance/dist/index.js')
const baseline = fileURLToPath(new URL('../testing/mcp-conformance.yml', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))
const client = [
  ...[process.execPath, '--no-warnings', '--experimental-strip-types', '--conditions=@salp/source'],
  ...['--import', require.resolve('@salp/presets/run-source'), `${root}src/testing/mcp-conformance-client.ts`],
]
  // The suite hands it to a shell.
  .map((word) => `'${word}'`)
  .join(' ')

/** Runs the suite where it may leave its results. */
async function run(...words: string[]): Promise<{ code: number; output: string }> {
  await using folder = await temporaryFolder()
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [suite, ...words], { cwd: folder.path, timeout: 110_000 }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, output: out + err }),
    )
  })
}

/** Scenarios for clients, as the suite names them; OAuth's begin with `auth/`. */
const scenarios = [...(await run('list', '--client')).output.matchAll(/^ +- (\S+)/gm)].map(([, name = '']) => name)
const { client: failing } = parse(await readFile(baseline, 'utf8')) as { readonly client: readonly string[] }
const listed = new Set(failing)

describe('the official conformance suite', { timeout: 120_000 }, () => {
  test('finds the server as listed', async () => {
    await using server = await startConformanceServer()
    const { code, output } = await run('server', '--url', server.url, '--expected-failures', baseline)
    expect(output).toMatch(/tools-call-with-progress: \d+ passed, 0 failed/)
    expect(code, output).toBe(0)
  })

  // One after the other: side by side, two dozen programs keep one another from what they have seconds for.
  test.each(scenarios)('finds the client as listed in %s', async (scenario) => {
    const words = ['--command', client, '--scenario', scenario, '--expected-failures', baseline]
    const { code, output } = await run('client', ...words)
    expect(output).toMatch(listed.has(scenario) ? /OVERALL: FAILED/ : /OVERALL: PASSED/)
    expect(code, output).toBe(0)
  })
})
