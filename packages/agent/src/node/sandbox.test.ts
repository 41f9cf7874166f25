import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { toolContext } from '../testing/tool-context.js'
import { findSandbox, type Sandbox, secretPlaces } from './sandbox.js'
import { createCommandTool } from './tools/command-tool.js'
import { createWorkspace } from './tools/workspace.js'

// Not below /tmp, which is another one in the sandbox.
const folder = mkdtempSync(join(existsSync('/var/tmp') ? '/var/tmp' : process.cwd(), 'salp-sandbox-'))
const hidden = join(folder, 'hidden')
const work = join(folder, 'work space')
for (const path of [hidden, work]) mkdirSync(path)
writeFileSync(join(hidden, 'key'), 'secret')
writeFileSync(join(folder, 'token'), 'secret')
writeFileSync(join(folder, 'seen'), 'seen')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hide = [hidden, join(folder, 'token'), join(folder, 'not-there')]
const apart = await findSandbox({ network: false, hide })
if (apart === undefined) console.log('Skipped: bubblewrap does not work here')

/** Runs a command in the workspace. */
async function run(
  command: string,
  sandbox: Sandbox | undefined = apart,
): Promise<{ exitCode: number; stdout: string }> {
  const workspace = await createWorkspace(work)
  const { PATH = '', HOME = '' } = process.env
  const tool = createCommandTool({ workspace, environment: { PATH, HOME }, sandbox })
  return (await tool.run(tool.input.parse({ command }), toolContext())) as never
}

/** Whether a process runs whose command line holds `mark`. */
const runs = (mark: string): boolean =>
  readdirSync('/proc').some((entry) => {
    try {
      return /^\d+$/.test(entry) && readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(mark)
    } catch {
      // It ended meanwhile.
      return false
    }
  })

describe.runIf(process.platform === 'linux')('a command that multiplies', () => {
  // Bounded: what is to be shown is that nothing of it is left, not how much a machine bears.
  const bomb = (mark: string) => `f() { sleep ${mark} & [ $1 -gt 6 ] || { f $(($1+1)) & f $(($1+1)); }; }; f 0; wait`

  test.each([
    ['in the sandbox', apart, '61.7011'],
    ['without one', undefined, '61.7012'],
  ])('ends with its time, and leaves nothing behind, %s', async (_, sandbox, mark) => {
    const workspace = await createWorkspace(work)
    const { PATH = '', HOME = '' } = process.env
    const tool = createCommandTool({ workspace, environment: { PATH, HOME }, sandbox }, { graceMs: 200 })
    const input = tool.input.parse({ command: bomb(mark), timeoutMs: 1_500 })
    await expect(tool.run(input, toolContext())).rejects.toMatchObject({ kind: 'timeout' })
    await expect.poll(() => runs(mark), { timeout: 5_000 }).toBe(false)
  })

  test('is kept to a number of processes', async (context) => {
    if (apart?.limited !== true) return context.skip('no limit of processes holds here, as for root')
    expect(apart.promise).toContain('at most 1024 processes')
    const { stdout } = await run('ulimit -u')
    expect(stdout.trim()).toBe('1024')
  })
})

describe('findSandbox()', () => {
  test('finds none where the program is not there', async () => {
    expect(await findSandbox({ network: true, hide: [] }, { program: 'no-such-program' })).toBeUndefined()
  })

  test('names what holds keys', () => {
    expect(secretPlaces('/home/me')).toContain('/home/me/.ssh')
    expect(secretPlaces(undefined)).toEqual([])
  })
})

describe.skipIf(apart === undefined)('a command in the sandbox', { timeout: 30_000 }, () => {
  test('writes to its workspace and to a temporary folder of its own, and to nothing else', async () => {
    const outside = join(folder, 'outside')
    const { exitCode, stdout } = await run(
      `echo kept > kept && echo x > /tmp/sandbox-temporary && cat /tmp/sandbox-temporary; echo x > '${outside}' || echo refused`,
    )
    expect([exitCode, stdout]).toEqual([0, 'x\nrefused\n'])
    expect(readFileSync(join(work, 'kept'), 'utf8')).toBe('kept\n')
    expect([existsSync(outside), existsSync(join(tmpdir(), 'sandbox-temporary'))]).toEqual([false, false])
  })

  test('reads the machine, but finds what is hidden empty', async () => {
    const { stdout } = await run(`cat ../seen; echo; ls ../hidden | wc -l; cat ../token | wc -c`)
    expect(stdout.split('\n').map((line) => line.trim())).toEqual(['seen', '0', '0', ''])
  })

  test('sees no process of others, and leaves none behind', async () => {
    const { stdout } = await run('ls /proc | grep -c "^[0-9]"; (sleep 300 &) ; echo started')
    expect(Number(stdout.split('\n')[0])).toBeLessThan(10)
  })

  test('reaches no network, unless it may', async () => {
    const server = createServer((_, response) => response.end('reached'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    // Not with Node, which may lie below /tmp.
    const ask = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' && echo reached || echo no way`
    expect((await run(ask)).stdout).toBe('no way\n')
    expect((await run(ask, await findSandbox({ network: true, hide }))).stdout).toBe('reached\n')
    server.close()
  })

  test('says so on the card', async () => {
    const workspace = await createWorkspace(work)
    const tool = createCommandTool({ workspace, environment: {}, sandbox: apart })
    const { risk } = (await tool.assess?.(tool.input.parse({ command: 'ls' }))) ?? { risk: { reasons: [] } }
    expect(risk.reasons).toContain('in a sandbox: it can write to the workspace alone, and reaches no network')
  })
})
