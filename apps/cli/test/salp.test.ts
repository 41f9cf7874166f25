/** The real program against a real node, on an empty home. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { gymReport } from '@salp/cognition/gym'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPlace, isAnnounced, type Place, program } from './salp.js'

/** The prompt of a chat, at the end of what is shown. */
const prompt = /› $/
/** The question whether a call may run, waiting for an answer. */
const approval = /\[e\]dit\s+› $/

let place: Place
beforeEach(() => {
  place = createPlace()
})
afterEach(() => place[Symbol.dispose]())

describe('in a script', () => {
  test('memory is kept from one command to the next, and a node runs only as long as each', async () => {
    const { salp } = place
    expect(await salp('memory', 'add', 'the', 'deploy', 'key', 'rotates', 'on', 'Fridays')).toMatchObject({
      exitCode: 0,
      errors: '',
    })
    expect(isAnnounced(place)).toBe(false)
    const found = await salp('memory', 'search', 'when does the deploy key rotate', '--json')
    const [hit] = JSON.parse(found.output).hits
    expect(hit).toMatchObject({
      content: 'the deploy key rotates on Fridays',
      source: { author: 'user' },
      verification: 'stated',
    })
    expect((await salp('ask', 'when does the deploy key rotate?')).output).toContain('Fridays')
    expect((await salp('memory', 'forget', hit.id)).output).toBe('Forgot 1 memory\n')
    expect((await salp('memory', 'forget', hit.id)).exitCode).toBe(1)
  })

  test('tasks are added, changed and finished', async () => {
    const { salp } = place
    expect((await salp('tasks', 'add', 'review the README', '--priority', '2')).output).toBe(
      '#1 ○ review the README  priority 2\n',
    )
    expect((await salp('ask', 'create a task to write the changelog')).exitCode).toBe(0)
    expect((await salp('tasks', 'edit', '1', '--status', 'in_progress')).output).toContain('in progress')
    expect((await salp('tasks', 'done', '1')).exitCode).toBe(0)
    const { tasks } = JSON.parse((await salp('tasks', 'list', '--all', '--json')).output)
    expect(tasks.map(({ id, status }: { id: number; status: string }) => [id, status]).sort()).toEqual([
      [1, 'done'],
      [2, 'open'],
    ])
  })

  test('a call that needs approval is denied, and one of low risk runs with --yes', async () => {
    const denied = await place.salp('ask', 'run ls')
    expect(denied.errors).toMatch(/✗ Run ls · denied[\s\S]*nobody can be asked here/)
    expect(denied.output).not.toContain('hello.txt')
    expect((await place.salp('ask', '--yes', 'run ls')).output).toContain('hello.txt')
    const risky = await place.salp('ask', '--yes', 'run rm -rf hello.txt')
    expect(risky.errors).toContain('Denied run_command: its risk is high')
    expect(existsSync(join(place.workspace, 'hello.txt'))).toBe(true)
  })

  test('doctor finds an empty home and a used one healthy', async () => {
    const first = await place.salp('doctor', '--json')
    const { healthy, checks } = JSON.parse(first.output)
    expect([first.exitCode, healthy, checks.filter(({ status }: { status: string }) => status === 'fail')]).toEqual([
      0,
      true,
      [],
    ])
    const second = await place.salp('doctor')
    expect(second.exitCode).toBe(0)
    expect(second.output).toMatch(/Pass {2}Database[\s\S]*Pass {2}Node {2}[\s\S]*Pass {2}Audit record {2}.*intact/)
  })

  test('config says where a value came from', async () => {
    const setting = JSON.parse((await place.salp('config', 'get', 'model.detect', '--json')).output)
    expect(setting).toEqual({ path: 'model.detect', value: false, source: 'environment', origin: 'SALP_MODEL_DETECT' })
    expect((await place.salp('config', 'path')).output.trim()).toBe(join(place.home, 'config.json'))
  })

  test('two commands at once do not get in each other’s way', async () => {
    const both = await Promise.all([place.salp('memory', 'add', 'one'), place.salp('memory', 'add', 'two')])
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
  })
})

describe('ab gym', () => {
  const words = ['ab', 'gym', '--seed', '3', '--held-out', '17', '--development', '17', '--factorial', '1']

  test('prints the report that the library writes, byte for byte', { timeout: 120_000 }, async () => {
    const { output, exitCode } = await place.salp(...words, '--report')
    expect(exitCode).toBe(0)
    expect(output).toBe(gymReport({ seed: 3, heldOut: 17, development: 17, factorial: 1 }))
  })

  test('says what it does meanwhile, and ends at Ctrl-C', async () => {
    const terminal = place.terminal('ab', 'gym')
    await terminal.see(/running arms|tuning the plain loop/)
    terminal.type('\u0003')
    expect(await terminal.ended()).toBe(130)
  })
})

describe('in a terminal', () => {
  test('ask runs what was approved, and not what was denied', async () => {
    const yes = place.terminal('ask', 'run ls')
    expect(await yes.see(approval)).toContain('Salp wants to run a command')
    yes.type('y\r')
    await yes.see(/hello\.txt/)
    expect(await yes.ended()).toBe(0)
    const no = place.terminal('ask', 'run touch made.txt')
    await no.see(approval)
    no.type('n not now\r')
    await no.see(/✗ Run touch made\.txt · denied/)
    expect(await no.ended()).toBe(0)
    expect(existsSync(join(place.workspace, 'made.txt'))).toBe(false)
  })

  test('chat remembers, asks, edits, stops and leaves', async () => {
    const chat = place.terminal('chat')
    await chat.see(prompt)
    chat.type('remember that the deploy key rotates on Fridays\r')
    await chat.see(/✓ Remember [\s\S]*› $/)
    chat.type('/new\r')
    await chat.see(prompt)
    chat.type('when does the deploy key rotate?\r')
    expect(await chat.see(/ms\s+› $/)).toMatch(/Recalled "[^"]*deploy key rotates on Fridays[\s\S]*Fridays/)
    chat.type('run ls\r')
    await chat.see(approval)
    chat.type('e\r')
    await chat.see(/edit › ls$/)
    chat.type('\u0015cat hello.txt\r')
    await chat.see(/✓ Run cat hello\.txt[\s\S]*hello[\s\S]*› $/)
    chat.type('run sleep 30\r')
    await chat.see(approval)
    chat.type('a\r')
    await chat.see(/Run sleep 30 …/)
    chat.type('\u0003')
    await chat.see(/! Stopped[\s\S]*› $/)
    chat.type('/quit\r')
    expect(await chat.ended()).toBe(0)
    expect(isAnnounced(place)).toBe(false)
    expect(readFileSync(join(place.home, 'history'), 'utf8')).toContain('when does the deploy key rotate?')
  })

  test('chat asks what a task that cannot go on needs to know, where a person last spoke', async () => {
    expect((await place.salp('ask', 'remember that the build is slow')).exitCode).toBe(0)
    // Nothing of git is here, so that it cannot even begin.
    expect((await place.salp('tasks', 'add', 'mend', 'it', '--verify', 'false')).exitCode).toBe(0)
    const state = async (): Promise<string> =>
      JSON.parse((await place.salp('tasks', 'show', '1', '--json')).output).state
    await expect.poll(state, { timeout: 30_000 }).toBe('blocked')
    const chat = place.terminal('chat', '--last')
    expect(await chat.see(/\[2\][\s\S]*› $/)).toMatch(/\? Task #1, "mend it", cannot go on/)
    chat.type('2\r')
    await chat.see(prompt)
    await expect.poll(state, { timeout: 30_000 }).toBe('stopped')
    chat.type('/quit\r')
    expect(await chat.ended()).toBe(0)
  })

  test('chat --last goes on with what was waiting when the window closed', async () => {
    const before = place.terminal('chat')
    await before.see(prompt)
    before.type('run ls\r')
    await before.see(approval)
    before.close()
    await before.ended()
    const after = place.terminal('chat', '--last')
    expect(await after.see(approval)).toMatch(/A turn runs in it[\s\S]*\$ ls/)
    after.type('a\r')
    await after.see(/hello\.txt[\s\S]*› $/)
    after.type('\u0004')
    expect(await after.ended()).toBe(0)
  })

  test('a cartridge is made from a template, tested, and played until its player leaves', async () => {
    expect((await place.salp('cartridge', 'new', 'snake', '--template', 'snake')).exitCode).toBe(0)
    expect((await place.salp('cartridge', 'test', 'snake')).output).toMatch(/tests passed\n$/)
    const game = place.terminal('cartridge', 'run', 'snake', '--stats')
    await game.see(/▀[\s\S]*q ends|q ends[\s\S]*▀/)
    game.type('\u001b[A')
    await game.see(/▀/)
    game.type('q')
    await game.see(/snake: \d+ frames, .* fuel each\n$/)
    expect(await game.ended()).toBe(0)
  })

  test('run keeps a node that other commands use, until Ctrl-C', async () => {
    const node = place.terminal('run', '--port', '0')
    await node.see(/Salp is ready: http:/)
    expect(JSON.parse((await place.salp('status', '--json')).output)).toMatchObject({ running: true })
    const second = await place.salp('run', '--port', '0')
    expect([second.exitCode, second.errors]).toEqual([3, expect.stringContaining('already runs there')])
    expect((await place.salp('doctor')).output).toContain('the node of this home answers at')
    node.type('\u0003')
    expect(await node.ended()).toBe(0)
    expect(isAnnounced(place)).toBe(false)
  })

  test('memory mcp serves what the agent knows to a stock client, beside a running node', async () => {
    const node = place.terminal('run', '--port', '0')
    await node.see(/Salp is ready: http:/)
    await place.salp('memory', 'add', 'The deploy key rotates on Fridays')
    const client = new Client({ name: 'editor', version: '1.0.0' })
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [program, '--home', place.home, 'memory', 'mcp'],
    })
    await client.connect(transport)
    const found = await client.callTool({ name: 'recall', arguments: { query: 'when does the deploy key rotate?' } })
    expect(found.structuredContent).toMatchObject({
      hits: [{ content: 'The deploy key rotates on Fridays', author: 'user', channel: 'cli' }],
    })
    await client.callTool({ name: 'remember', arguments: { content: 'The vault opens at nine' } })
    await client.close()
    expect((await place.salp('memory', 'search', 'vault')).output).toContain('The vault opens at nine')
    node.type('\u0003')
    expect(await node.ended()).toBe(0)
  })

  test('a command leaves no node behind when its window closes', async () => {
    const chat = place.terminal('chat')
    await chat.see(prompt)
    expect(isAnnounced(place)).toBe(true)
    chat.close()
    expect(await chat.ended()).toBe(129)
    expect(isAnnounced(place)).toBe(false)
  })
})
