import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { run } from './child.mjs'

const options = { cwd: process.cwd(), env: process.env, output: 'keep' } as const
const node = (program: string) => run(process.execPath, ['-e', program], options)

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

/** Starts a process that runs `program` through run(), which prints the process ids it is to be told of first. */
async function supervise(program: string, interactive = false): Promise<{ child: ChildProcess; pids: number[] }> {
  const supervisor = `
    import { run } from ${JSON.stringify(new URL('child.mjs', import.meta.url).href)}
    const options = { cwd: process.cwd(), env: process.env, interactive: ${interactive} }
    process.exitCode = (await run(process.execPath, ['-e', process.argv[1]], options)).code`
  const child = spawn(process.execPath, ['--input-type=module', '-e', supervisor, program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  started.push(child)
  const [line] = await once(child.stdout, 'data')
  return { child, pids: String(line).trim().split(' ').map(Number) }
}

/** Whether a process runs; one that ended and that nobody asked about yet does not. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}

/** A program with a child of its own that prints both ids; `onSignal` handles SIGINT and SIGTERM. */
const family = (onSignal: string): string => `
  const { spawn } = require('node:child_process')
  const timer = setInterval(() => {}, 1000)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { ${onSignal} })
  const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')"])
  child.stdout.once('data', () => console.log(process.pid + ' ' + child.pid))`

describe('run()', () => {
  test('gives the exit code and what was written', async () => {
    expect(await node('console.log("out"); process.exitCode = 3')).toEqual({
      code: 3,
      output: 'out\n',
      signal: undefined,
    })
  })

  test('gives 128 and the number of the signal that ended it', async () => {
    expect((await node('process.kill(process.pid, "SIGTERM")')).code).toBe(143)
  })

  test('rejects when there is no such program', async () => {
    await expect(run('/nowhere/at all', [], options)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'hands on %s, waits for the end, and gives its exit code',
    async (signal) => {
      const { child, pids } = await supervise(family('clearInterval(timer); process.exit(7)'))
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([7, null])
      expect(pids.map(isAlive)).toEqual([false, false])
    },
  )

  test('kills what the program leaves running', async () => {
    const { child, pids } = await supervise(`${family('')}\n child.stdout.once('data', () => process.exit(0))`)
    expect(await once(child, 'exit')).toEqual([0, null])
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false])
  })

  test('hands on a signal once within a second, and kills at one after it', async () => {
    const { child, pids } = await supervise(family('console.log("asked")'))
    let asked = ''
    child.stdout?.on('data', (chunk) => (asked += chunk))
    child.kill('SIGINT')
    await expect.poll(() => asked).toBe('asked\n')
    child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    expect(asked).toBe('asked\n')
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([137, null])
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false])
  })

  test('leaves SIGINT to the terminal when interactive, and hands on SIGTERM', async () => {
    const { child, pids } = await supervise(family('clearInterval(timer); process.exit(7)'), true)
    child.kill('SIGINT')
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([7, null])
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL')
  })
})
