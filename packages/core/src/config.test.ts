import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, type ConfigLayer, environmentLayer, flagLayer, resolveConfig } from './config.js'

const schema = z.object({
  server: z
    .object({
      port: z.number().int().min(1).max(65_535).default(4023).describe('Port to listen on'),
      openBrowser: z.boolean().default(true),
    })
    .prefault({}),
  model: z
    .object({
      url: z.url().optional().meta({ env: 'MODEL_URL' }),
      key: z.string().optional().meta({ secret: true }),
      names: z.array(z.string().max(5)).default(['a', 'b']),
      limits: z.record(z.string(), z.number()).default({}),
    })
    .prefault({}),
})

const file = (values: Record<string, unknown>): ConfigLayer => ({
  source: 'file',
  values,
  origin: () => '/home/config.json',
})

/** The lines of the error that resolving gives. */
function problems(...layers: ConfigLayer[]): readonly string[] {
  try {
    resolveConfig(schema, layers)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('resolveConfig()', () => {
  test('gives the defaults, and what each setting is for', () => {
    const { value, entries } = resolveConfig(schema, [])
    expect(value).toEqual({ server: { port: 4023, openBrowser: true }, model: { names: ['a', 'b'], limits: {} } })
    expect(entries[0]).toEqual({
      path: 'server.port',
      value: 4023,
      source: 'default',
      origin: 'Port to listen on',
      secret: false,
    })
    expect(entries.map(({ path }) => path)).toEqual([
      'server.port',
      'server.openBrowser',
      'model.url',
      'model.key',
      'model.names',
      'model.limits',
    ])
  })

  test('lets later layers win, value by value, and a list whole', () => {
    const { value, entries } = resolveConfig(schema, [
      file({ server: { port: 1, openBrowser: false }, model: { names: ['c'], limits: { day: 1 } } }),
      environmentLayer(schema, { SALP_SERVER_PORT: '2' }, 'SALP'),
      flagLayer(schema, { 'server.port': '3', 'model.names': undefined }),
    ])
    expect(value).toEqual({ server: { port: 3, openBrowser: false }, model: { names: ['c'], limits: { day: 1 } } })
    expect(entries.slice(0, 2).map(({ source, origin }) => [source, origin])).toEqual([
      ['flag', '--server.port'],
      ['file', '/home/config.json'],
    ])
  })

  test('hides secrets in the entries, and shows that one is not set', () => {
    const keyOf = (...layers: ConfigLayer[]) =>
      resolveConfig(schema, layers).entries.find(({ path }) => path === 'model.key')
    expect(keyOf(file({ model: { key: 'sesame' } }))).toMatchObject({ value: '[secret]', secret: true, source: 'file' })
    expect(keyOf()).toMatchObject({ value: undefined, secret: true, source: 'default' })
    expect(resolveConfig(schema, [file({ model: { key: 'sesame' } })]).value.model.key).toBe('sesame')
  })

  test('names every bad value with where it came from', () => {
    expect(
      problems(
        file({ server: { openBrowser: 'maybe' }, model: { names: ['fine', 'too long'] } }),
        environmentLayer(schema, { SALP_SERVER_PORT: 'http', MODEL_URL: 'here' }, 'SALP'),
      ),
    ).toEqual([
      'SALP_SERVER_PORT: "server.port": Invalid input: expected number, received string',
      '/home/config.json: "server.openBrowser": Invalid input: expected boolean, received string',
      'MODEL_URL: "model.url": Invalid URL',
      '/home/config.json: "model.names": Too big: expected string to have <=5 characters',
    ])
  })

  test('names settings that do not exist, however deep', () => {
    expect(
      problems(file({ sever: { port: 1 }, model: { nmaes: [] } }), flagLayer(schema, { 'server.prot': 1 })),
    ).toEqual([
      '/home/config.json: "sever.port" is not a setting',
      '/home/config.json: "model.nmaes" is not a setting',
      '--server.prot: "server.prot" is not a setting',
    ])
  })

  test('refuses a value where a group of settings stands', () => {
    expect(problems(file({ server: 4023 }))).toEqual([
      '/home/config.json: "server" is not a setting',
      '/home/config.json: "server": Invalid input: expected object, received number',
    ])
  })

  test('shows no bad value in its message, since it may be a secret', () => {
    expect(() => resolveConfig(schema, [file({ model: { key: 12345678 } })])).toThrow(
      expect.objectContaining({ code: 'core/config', message: expect.not.stringContaining('12345678') }),
    )
  })

  test('leaves other objects alone when a file names their prototype', () => {
    expect(problems(file(JSON.parse('{"__proto__": {"polluted": 1}}')))).toHaveLength(1)
    expect(
      problems(flagLayer(schema, { '__proto__.polluted': '1', 'constructor.prototype.polluted': '1' })),
    ).not.toEqual([])
    expect('polluted' in {}).toBe(false)
  })
})

describe('environmentLayer()', () => {
  const read = (environment: Record<string, string | undefined>) => environmentLayer(schema, environment, 'SALP').values

  test('turns text into what a field asks for', () => {
    const environment = { SALP_SERVER_PORT: ' 80 ', SALP_SERVER_OPEN_BROWSER: 'No', SALP_MODEL_NAMES: 'a, b,,c ' }
    expect(read(environment)).toEqual({ server: { port: 80, openBrowser: false }, model: { names: ['a', 'b', 'c'] } })
  })

  test.each([
    ['yes', true],
    ['TRUE', true],
    ['1', true],
    ['0', false],
    ['constructor', 'constructor'],
  ])('reads "%s" as a boolean, or leaves it to be refused', (text, value) => {
    expect(read({ SALP_SERVER_OPEN_BROWSER: text })).toEqual({ server: { openBrowser: value } })
  })

  test('takes the name a field has of its own, after the one made of its path', () => {
    expect(read({ MODEL_URL: 'http://a' })).toEqual({ model: { url: 'http://a' } })
    const both = environmentLayer(schema, { MODEL_URL: 'http://a', SALP_MODEL_URL: 'http://b' }, 'SALP')
    expect(both.values).toEqual({ model: { url: 'http://b' } })
    expect(both.origin('model.url')).toBe('SALP_MODEL_URL')
  })

  test('passes over empty variables and those of others', () => {
    expect(read({ SALP_SERVER_PORT: '', PORT: '80', SALP_HOME: '/a', MODEL_URL: undefined })).toEqual({})
  })
})

describe('flagLayer()', () => {
  test('takes values as they are and turns text', () => {
    const flags = { 'server.port': '80', 'server.openBrowser': false, 'model.key': undefined }
    expect(flagLayer(schema, flags).values).toEqual({ server: { port: 80, openBrowser: false } })
  })
})
