import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runOnNode } from '../testing/run-on-node.js'
import { sendJson } from '../testing/serve.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp policy '))
})
afterEach(() => rmSync(folder, { recursive: true }))

const explained = {
  tier: 'ask',
  why: 'its risk is high',
  rule: 1,
  risk: { level: 'high', reasons: ['deletes'] },
  decidedBy: { tier: 'allow' },
}
const run = (...words: string[]) => runOnNode(['policy', ...words], (_, response) => sendJson(response, explained))

describe('salp policy check', () => {
  test('names each mistake with its line, and fails', async () => {
    const file = join(folder, 'policy.yaml')
    writeFileSync(file, 'version: 1\nrules:\n  - tier: alow\n')
    const broken = await run('check', file)
    expect(broken.exitCode).toBe(1)
    expect(broken.output).toContain(`${file}:3  rules.0.tier`)
    writeFileSync(file, 'version: 1\nrules:\n  - tier: ask\n')
    expect(await run('check', file)).toMatchObject({ exitCode: 0, output: `good: 1 rules in ${file}\n` })
  })

  test('is content where there is no file, and says when one that was named is not there', async () => {
    expect((await run('check')).output).toContain('defaults hold')
    expect((await run('check', join(folder, 'none.yaml'))).exitCode).toBe(2)
  })
})

describe('salp policy explain', () => {
  test('says what happens, and which rule says so', async () => {
    const { output, requests } = await run('explain', 'run_command', 'rm', 'x')
    expect(output).toBe('asks you first: its risk is high\nRule 2: {"tier":"allow"}\nRisk high: deletes\n')
    expect(requests[0]).toMatchObject({
      path: '/api/policy/explain',
      body: { tool: 'run_command', input: 'rm x', surface: 'cli' },
    })
  })

  test('takes fields and JSON', async () => {
    const fields = await run('explain', 'write_file', 'path=a.md', 'content=b c', '--surface', 'acp', '--user', 'peer')
    expect(fields.requests[0]?.body).toEqual({
      tool: 'write_file',
      input: { path: 'a.md', content: 'b c' },
      surface: 'acp',
      user: 'peer',
    })
    expect((await run('explain', 'x', '{"a":[1]}')).requests[0]?.body).toMatchObject({ input: { a: [1] } })
    expect((await run('explain', 'x', '{"a":')).exitCode).toBe(2)
  })
})
