import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

/** Runs an example from its source, in a process of its own. */
async function run(example: URL): Promise<string> {
  const load = import.meta.resolve('@salp/presets/run-source')
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  const child = spawn(process.execPath, [...flags, fileURLToPath(example)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect(code).toBe(0)
  return output
}

describe('examples', { timeout: 30_000 }, () => {
  test('ai-sdk.ts answers what an agent alone does not', async () => {
    expect(await run(new URL('../examples/ai-sdk.ts', import.meta.url))).toMatchInlineSnapshot(`
      "alone: 0 of 12 answered with 72 calls
      steered: 12 of 12 answered with 13 calls
      archive: 12 calls, thought to work 94 % of the time
      search: 1 calls, thought to work 67 % of the time
      "
    `)
  })

  test('langgraph.ts reads all orders with one call that fails', async () => {
    expect(await run(new URL('../examples/langgraph.ts', import.meta.url))).toMatchInlineSnapshot(`
      "8 of 8 orders with 9 calls
      pdf: scan first
      csv: scan first
      "
    `)
  })

  test('mastra.ts lets few lies pass', async () => {
    expect(await run(new URL('../examples/mastra.ts', import.meta.url))).toMatchInlineSnapshot(`
      "30 questions, 10 answers that were nonsense, 1 of them believed
      "
    `)
  })
})
