import { createRng } from '@salp/core'
import { systemClock } from '@salp/core/node'
import { afterAll, describe, expect, test } from 'vitest'
import type { CompilerBackend } from './compile/compiler.js'
import type { CartridgeCalls } from './host/host.js'
import { defaultLimits } from './limits.js'
import { openAssemblyScript } from './node/asc-process.js'
import { openScript } from './node/script-compiler.js'
import { openTemplates } from './node/templates.js'
import type { Language } from './protocol.js'
import { findTemplate, type Template } from './templates.js'
import { type TestHost, testHost } from './testing/internal/host.js'
import { type CallUnderTest, runTests } from './workshop/run-tests.js'

const templates = await openTemplates()
const compilers: Readonly<Partial<Record<Language, CompilerBackend>>> = {
  assemblyscript: openAssemblyScript({ clock: systemClock }, { timeoutMs: 60_000 }),
  script: openScript({ clock: systemClock }),
}
afterAll(() => Promise.all(Object.values(compilers).map((compiler) => compiler.close())))

/** Most that a template may take of what its kind is given, and most bytes of its memory. */
const fuelShare = 0.1
const memoryBytes = 3_000_000

/** Compiles a template as it is and lets it in. */
async function load({ id, kind, language, source, capabilities, callTargets, tests }: Template): Promise<TestHost> {
  const compiler =
    compilers[language] ?? expect.fail(`templates are in no language that a machine may lack: ${language}`)
  const result = await compiler.compile(source, { kind, optimize: 0 })
  expect(result.diagnostics).toEqual([])
  if (result.status === 'failed') throw new Error('unreachable: a failed compilation has diagnostics')
  const examples = tests.flatMap((given) => ('output' in given ? [{ input: given.input, expected: given.output }] : []))
  const host = testHost()
  const code = 'wasm' in result ? { wasm: result.wasm } : { script: result.script }
  await host.load({ id, kind, ...code, capabilities, callTargets, examples })
  return host
}

/** Calls a template, and sees that it takes little. */
function sparingly(host: TestHost, { id, kind }: Template): CallUnderTest {
  const { fuel, frameFuel, inputFuel } = defaultLimits[kind]
  const given = { request: fuel, invoke: fuel, render: fuel, frame: frameFuel, key: inputFuel, pointer: inputFuel }
  return async (name, input) => {
    const used = host.call(id, name, input)
    expect(used.fuel / given[name], `fuel of ${name}`).toBeLessThan(fuelShare)
    expect(used.memoryBytes, 'memory').toBeLessThan(memoryBytes)
    return used.output
  }
}

/** Draws frames while keys and pointer go wild. */
async function scramble(call: CallUnderTest): Promise<CartridgeCalls['frame']['output']> {
  const rng = createRng('scramble')
  const codes = [37, 38, 39, 40, 13, 32, 27, 48, 49, 53, 65, 67, 68, 70, 83, 87, 88]
  const pick = (count: number): number => Math.floor(rng() * count)
  const advance = (tMs: number): Promise<CartridgeCalls['frame']['output']> => call('frame', { tMs, dtMs: 16 })
  for (let frame = 1; frame < 120; frame++) {
    const { width, height } = await advance(frame * 16)
    await call('key', { code: codes[pick(codes.length)] ?? 13, down: rng() < 0.7 })
    await call('pointer', { x: pick(width), y: pick(height), buttons: pick(3) })
  }
  return advance(120 * 16)
}

describe('the templates', { timeout: 60_000 }, () => {
  test.each(templates)(
    '$id compiles without a remark and passes its tests, with little fuel and memory',
    async (template) => {
      const host = await load(template)
      const call = sparingly(host, template)
      const failed = (await runTests(call, template.kind, template.tests)).filter(({ passed }) => !passed)
      expect(failed).toEqual([])
      if (template.kind === 'interactive') expect((await scramble(call)).ended).toBe(false)
      expect(host.events.published.filter(([name]) => name === 'cartridge:trapped')).toEqual([])
    },
  )
})

/** What is in a picture of the template `snake`: cells of 16 pixels below a bar, told apart by the colour in their middle. */
function cellsOf(
  { width, height, pixels }: CartridgeCalls['frame']['output'],
  colour: number,
): [x: number, y: number][] {
  const found: [number, number][] = []
  for (let y = 0; y < (height - 16) / 16; y++)
    for (let x = 0; x < width / 16; x++) {
      const at = ((16 + y * 16 + 8) * width + x * 16 + 8) * 4
      const [red = 0, green = 0, blue = 0] = pixels.slice(at, at + 3)
      if (red * 65_536 + green * 256 + blue === colour) found.push([x, y])
    }
  return found
}

describe('the template snake', { timeout: 60_000 }, () => {
  test('eats, grows, dies at the wall, keeps its best score and begins again', async () => {
    const snake = templates.find(({ id }) => id === 'snake')
    if (snake === undefined) throw new Error('there is no snake')
    const host = await load(snake)
    let tMs = 0
    const draw = (): CartridgeCalls['frame']['output'] => {
      tMs += 16
      return host.call('snake', 'frame', { tMs, dtMs: 16 }).output
    }
    const press = (code: number): void => {
      host.call('snake', 'key', { code, down: true })
    }
    const head = (): readonly number[] => cellsOf(draw(), 0xb6f09c)[0] ?? []
    const food = (): readonly number[] => cellsOf(draw(), 0xff5a5f)[0] ?? []
    const length = (): number => cellsOf(draw(), 0x62c370).length + 1
    /** Until the head is in the column or row of the food. */
    const until = (axis: 0 | 1, goal: number): void => {
      for (let frame = 0; frame < 600 && head()[axis] !== goal; frame++) draw()
    }
    const [foodX = 0, foodY = 0] = food()
    const [headX = 0, headY = 0] = head()
    expect(length()).toBe(3)

    // First to its row, since the snake goes to the right and could not turn back at once.
    press(foodY < headY ? 38 : 40)
    until(1, foodY)
    press(foodX < headX ? 37 : 39)
    until(0, foodX)
    draw()
    expect(length()).toBe(4)
    expect(food()).not.toEqual([foodX, foodY])

    // To the wall: nothing moves there any more, until Enter.
    for (let frame = 0; frame < 300; frame++) draw()
    const end = draw()
    expect(draw().pixels).toEqual(end.pixels)
    expect([...host.kv.load('snake')].map(([key, value]) => [key, new TextDecoder().decode(value)])).toEqual([
      ['best', '1'],
    ])
    press(13)
    expect(length()).toBe(3)
  })
})

describe('findTemplate()', () => {
  const idFor = (text: string): string | undefined => findTemplate(templates, text)?.id

  test.each(templates)('finds $id by its id and by each of its phrases', ({ id, words }) => {
    expect([id, ...words].map((phrase) => [phrase, idFor(phrase)])).toEqual(
      [id, ...words].map((phrase) => [phrase, id]),
    )
  })

  test.each([
    ['a snake game please', 'snake'],
    ['SNAKE!', 'snake'],
    ['write me tetris', 'blocks'],
    ["conway's game of life", 'life'],
    ['a bar chart of my sales', 'chart'],
    ['a json api for my todo list', 'todo-api'],
    ['a to-do list', 'todo'],
    ['a calculator', 'calculator'],
    ['a calculator api', 'calculator-api'],
    ['something that turns markdown into html', 'markdown-api'],
    ['a markdown viewer', 'markdown-viewer'],
    ['url shortener with statistics', 'shortener'],
    ['a game like pong against the computer', 'pong'],
    ['convert kilometers to miles', 'unit-converter'],
    ['count visitors', 'counter'],
  ])('takes "%s" for %s', (text, id) => {
    expect(idFor(text)).toBe(id)
  })

  test.each([
    ...['', 'a game about taxes', 'a game', 'something nice', 'an api', 'a page', 'rattlesnake', '???'],
    ...['the weather forecast', 'the meaning of life', 'a pet snack list', 'my bank account', 'tell me a story'],
  ])('finds nothing for "%s"', (text) => {
    expect(idFor(text)).toBeUndefined()
  })

  test('takes the template that knows most words of the text, the first of equal ones', () => {
    const known = [
      { id: 'list', words: ['todo', 'todo list'] },
      { id: 'api', words: ['todo api', 'json api', 'todo list api'] },
      { id: 'other', words: ['todo'] },
    ]
    const found = (text: string): string | undefined => findTemplate(known, text)?.id
    expect(found('todos')).toBe('list')
    expect(found('a JSON-API for my todo list')).toBe('api')
    expect(found('a todo list as a JSON api')).toBe('api')
    // Words too far apart are no phrase.
    expect(found('json for a friend of an api')).toBeUndefined()
  })
})
