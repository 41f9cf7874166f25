import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../testing/temporary-folder.js'
import { toolContext } from '../../testing/tool-context.js'
import { type CommandToolOptions, createCommandTool } from './command-tool.js'
import { createWorkspace } from './workspace.js'

async function setUp(
  options: CommandToolOptions = {},
  environment: Record<string, string> = {},
  secrets?: Record<string, string>,
) {
  const folder = await temporaryFolder({ 'src/a.txt': 'hello\n' })
  const workspace = await createWorkspace(folder.path)
  const tool = createCommandTool(
    { workspace, environment: { PATH: process.env.PATH, ...environment }, secrets },
    options,
  )
  return {
    path: folder.path,
    tool,
    run: (input: unknown, context = toolContext()) => tool.run(tool.input.parse(input), context),
    assess: async (input: unknown) => tool.assess?.(tool.input.parse(input)),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

/** Whether a process lives; a zombie that nobody collected counts as dead. */
async function isAlive(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    try {
      process.kill(pid, 0)
      if (/^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))) return false
    } catch {
      return false
    }
    await sleep(20)
  }
  return true
}

describe('run_command', () => {
  test('gives exit code and both outputs', async () => {
    await using shell = await setUp()
    expect(await shell.run({ command: 'cat src/a.txt; echo problem >&2; exit 3' })).toEqual({
      exitCode: 3,
      stdout: 'hello\n',
      stderr: 'problem\n',
      truncated: false,
      durationMs: expect.any(Number),
    })
  })

  test('runs in a folder of the workspace only', async () => {
    await using shell = await setUp()
    expect(await shell.run({ cmd: 'pwd', cwd: 'src' })).toMatchObject({ stdout: `${join(shell.path, 'src')}\n` })
    expect(await shell.run('pwd')).toMatchObject({ stdout: `${shell.path}\n` })
    for (const folder of ['..', '/', 'src/a.txt', 'missing'])
      await expect(shell.run({ command: 'pwd', folder })).rejects.toMatchObject({ kind: 'invalid' })
  })

  test('reports a command that is not there by its exit code', async () => {
    await using shell = await setUp()
    expect(await shell.run({ command: 'no-such-program-here' })).toMatchObject({
      exitCode: 127,
      stderr: expect.stringContaining('not found'),
    })
  })

  test('says when there is no shell', async () => {
    await using shell = await setUp({ shell: '/no/such/shell' })
    await expect(shell.run({ command: 'true' })).rejects.toMatchObject({ kind: 'unavailable' })
  })

  test('bounds its output, keeping both ends and whole characters', async () => {
    await using shell = await setUp({ maxOutputBytes: 1_000 })
    const output = await shell.run({ command: 'i=0; while [ $i -lt 3000 ]; do echo "zeile ü $i"; i=$((i+1)); done' })
    expect(output).toMatchObject({
      exitCode: 0,
      truncated: true,
      stdout: expect.stringMatching(/^zeile ü 0\n[\s\S]*bytes left out[\s\S]*zeile ü 2999\n$/),
    })
    expect(output).toHaveProperty('stdout', expect.not.stringContaining('\uFFFD'))
  })

  test('describes binary output', async () => {
    await using shell = await setUp()
    expect(await shell.run({ command: 'head -c 100 /dev/zero' })).toMatchObject({
      stdout: '[binary output, 100 bytes]',
    })
  })

  test('has no terminal and no input to wait for', async () => {
    await using shell = await setUp()
    expect(await shell.run({ command: 'cat; [ -t 0 ] || echo none' })).toMatchObject({ stdout: 'none\n' })
  })

  test('ends a command that takes too long, with all it started', async () => {
    await using shell = await setUp({ graceMs: 200 })
    const started = performance.now()
    const error: unknown = await shell
      .run({ command: 'echo begun; sh -c "trap \'\' TERM; sleep 60" & echo "pid $!"; wait', timeoutMs: 500 })
      .catch((reason) => reason)
    expect(error).toMatchObject({
      kind: 'timeout',
      message: expect.stringContaining('0.5 s'),
      hint: expect.stringContaining('begun'),
    })
    expect(performance.now() - started).toBeLessThan(5_000)
    const pid = Number(/pid (\d+)/.exec(String((error as { hint: string }).hint))?.[1])
    expect(pid).toBeGreaterThan(0)
    expect(await isAlive(pid)).toBe(false)
  })

  test('ends with the signal, whose reason it gives', async () => {
    await using shell = await setUp({ graceMs: 200 })
    const controller = new AbortController()
    const running = shell.run({ command: 'sleep 60' }, toolContext({ signal: controller.signal }))
    const reason = new Error('stopped by a person')
    setTimeout(() => controller.abort(reason), 100)
    await expect(running).rejects.toBe(reason)
    await expect(
      shell.run({ command: 'touch never' }, toolContext({ signal: AbortSignal.abort(reason) })),
    ).rejects.toBe(reason)
    expect(await shell.run({ command: 'ls' })).toMatchObject({ stdout: 'src\n' })
  })

  test('counts an end by a signal as a failure', async () => {
    await using shell = await setUp()
    await expect(shell.run({ command: 'echo last words; kill -KILL $$' })).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('SIGKILL'),
      hint: expect.stringContaining('last words'),
    })
  })

  test('does not wait for what runs in the background, and ends it', async () => {
    await using shell = await setUp()
    const output = await shell.run({ command: 'sleep 60 & echo $!' })
    expect(output).toMatchObject({ exitCode: 0 })
    expect(await isAlive(Number((output as { stdout: string }).stdout))).toBe(false)
  })

  test('reads all of a large output before it returns', async () => {
    await using shell = await setUp({ maxOutputBytes: 10_000_000 })
    expect(await shell.run({ command: 'head -c 5000000 /dev/zero | tr "\\0" x' })).toHaveProperty(
      'stdout.length',
      5_000_000,
    )
  })

  test('tells what happens meanwhile', async () => {
    await using shell = await setUp()
    const context = toolContext()
    await shell.run({ command: 'echo first; sleep 0.5; echo second; sleep 0.1' }, context)
    expect(context.progressed).toEqual(['first\n', 'second\n'])
  })

  test('does not hand on secrets', async () => {
    await using shell = await setUp(
      {},
      { OPENAI_API_KEY: 'sk-test-12345678901234567890', PLAIN: 'seen', BASH_ENV: './evil' },
    )
    expect(await shell.run({ command: 'echo "[$OPENAI_API_KEY] [$PLAIN] [$BASH_ENV]"' })).toMatchObject({
      stdout: '[] [seen] []\n',
    })
  })

  test('hands on a secret that it may use to commands that name it, and asks about each of those', async () => {
    await using shell = await setUp({}, {}, { DEPLOY_KEY: 'not-for-you' })
    expect(shell.tool.description).toContain('$DEPLOY_KEY')
    expect(shell.tool.description).not.toContain('not-for-you')
    const printed = async (command: string) =>
      ((await shell.run({ command })) as { readonly stdout: string }).stdout.trim()
    expect(await printed('printf %s "$DEPLOY_KEY" | wc -c')).toBe('11')
    expect(await printed(`echo \${DEPLOY_KEY:-none}`)).toBe('not-for-you')
    expect(await printed('env')).not.toContain('not-for-you')
    expect(await printed('echo $DEPLOY_KEYS')).toBe('')
    expect(await shell.assess({ command: 'echo "$DEPLOY_KEY"' })).toEqual({
      risk: { level: 'high', reasons: expect.arrayContaining(['uses the secret DEPLOY_KEY']) },
    })
    expect(await shell.assess({ command: 'echo DEPLOY_KEY' })).toMatchObject({ grant: expect.anything() })
  })

  test('is assessed by what it would run, in its folder', async () => {
    await using shell = await setUp()
    await mkdir(join(shell.path, 'a'))
    expect(await shell.assess({ command: 'git status' })).toEqual({
      risk: { level: 'low', reasons: [] },
      grant: 'run_command: git status',
    })
    expect(await shell.assess({ command: 'npm test', folder: 'a' })).toMatchObject({
      risk: { level: 'medium' },
      grant: 'run_command: npm test (in a)',
    })
    expect(await shell.assess({ command: 'rm -rf x' })).toMatchObject({
      risk: { level: 'high' },
      grant: 'run_command: rm -rf x',
    })
    expect(await shell.assess({ command: 'ls', folder: '..' })).toHaveProperty('refuse')
  })

  test.each([
    [{}],
    [{ command: '' }],
    [{ command: 'a\0b' }],
    [{ command: 7 }],
    [{ command: 'ls', timeoutMs: 0 }],
    [{ command: 'x'.repeat(60_000) }],
  ])('refuses %j', async (input) => {
    await using shell = await setUp()
    expect(shell.tool.input.safeParse(input).success).toBe(false)
  })
})
