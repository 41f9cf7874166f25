import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { noon, openRegistry, openTables } from '../testing/internal/open-registry.js'
import { checkTarget } from './target.js'

const { signal } = new AbortController()
const alice = { owner: 'alice', signal }
const bob = { owner: 'bob', signal }
const input = { slug: 'weather', target: 'https://api.example.com/v1/', price: '$0.01' }

describe('create()', () => {
  test('keeps an endpoint with its defaults, and find() gives it back', async () => {
    const { registry } = openRegistry()
    const created = await registry.create(input, alice)
    expect(created).toEqual({
      status: 'created',
      endpoint: {
        slug: 'weather',
        id: expect.any(String),
        owner: 'alice',
        target: 'https://api.example.com/v1/',
        price: '$0.01',
        prices: [],
        description: '',
        mimeType: '',
        methods: ['GET', 'POST'],
        settle: 'after',
        freePerDay: 0,
        ratePerMinute: 60,
        timeoutMs: 30_000,
        maxBytes: 10_485_760,
        active: true,
        createdAt: noon,
        updatedAt: noon,
      },
    })
    expect(created.status === 'created' && registry.find('weather')).toEqual(
      created.status === 'created' && created.endpoint,
    )
  })

  test.for(['ab', 'a'.repeat(65), '-ab', 'ab-', 'Abc', 'a_b', 'a/b', 'ä-b', 'a b', 'abc\n', '__proto__'])(
    'refuses the slug %j',
    async (slug) => {
      const { registry } = openRegistry()
      expect((await registry.create({ ...input, slug }, alice)).status).toBe('invalid')
    },
  )

  test.for([
    { price: '' },
    { price: 'bad' },
    { prices: [{ path: '/x', price: 'bad' }] },
    { prices: [{ path: '/../x', price: '1' }] },
    { prices: [{ path: '/*/x', price: '1' }] },
    { prices: [{ path: '/x?y', price: '1' }] },
    { prices: [{ path: '/x', price: '1', method: 'TRACE' }] },
    { methods: [] },
    { methods: ['CONNECT'] },
    { settle: 'never' },
    { freePerDay: -1 },
    { timeoutMs: 0.5 },
    { maxBytes: Number.POSITIVE_INFINITY },
    { description: 'a\u0000' },
    { mimeType: 'text/html\r\nx: y' },
    { owner: 'bob' },
    { target: 5 },
  ])('refuses %j', async (change) => {
    const { registry } = openRegistry()
    const result = await registry.create({ ...input, ...change }, alice)
    expect(result).toEqual({ status: 'invalid', problems: [expect.any(String)] })
    expect(registry.find('weather')).toBeUndefined()
  })

  test('refuses what is no object', async () => {
    const { registry } = openRegistry()
    for (const value of [null, 'x', [], undefined]) expect((await registry.create(value, alice)).status).toBe('invalid')
  })

  test('refuses a name that leads elsewhere, and registers nothing', async () => {
    const { registry } = openRegistry({
      targets: { check: async () => ({ status: 'refused', reason: 'it is local' }) },
    })
    expect(await registry.create(input, alice)).toEqual({ status: 'invalid', problems: ['target: it is local'] })
    expect(registry.list({ limit: 10 })).toEqual([])
  })

  test('registers nothing once its signal aborted', async () => {
    const controller = new AbortController()
    const { registry } = openRegistry({
      targets: {
        check: async () => {
          controller.abort(new Error('gone'))
          return { status: 'allowed' }
        },
      },
    })
    await expect(registry.create(input, { owner: 'alice', signal: controller.signal })).rejects.toThrow('gone')
    expect(registry.find('weather')).toBeUndefined()
  })

  test('has one winner among 50 at once', async () => {
    const { registry } = openRegistry()
    const owners = Array.from({ length: 50 }, (_, index) => `owner-${index}`)
    const results = await Promise.all(owners.map((owner) => registry.create(input, { owner, signal })))
    expect(results.filter(({ status }) => status === 'created')).toHaveLength(1)
    expect(results.filter(({ status }) => status === 'taken')).toHaveLength(49)
  })

  test('has one winner a slug among four processes', async () => {
    const home = mkdtempSync(join(tmpdir(), 'salp-registry-'))
    try {
      const path = join(home, 'salp.db')
      const db = openTables(path)
      const won = await Promise.all(['a', 'b', 'c', 'd'].map((owner) => registerMany([path, owner, '40'])))
      expect(won.reduce((sum, count) => sum + count, 0)).toBe(40)
      const owners = db.prepare<{ owner: string; n: number }>(
        'SELECT owner, count(*) AS n FROM gateway_endpoints GROUP BY owner ORDER BY owner',
      )
      const kept = new Map(owners.all().map(({ owner, n }) => [owner, n]))
      expect(['a', 'b', 'c', 'd'].map((owner) => kept.get(owner) ?? 0)).toEqual(won)
      db.close()
    } finally {
      rmSync(home, { recursive: true })
    }
  }, 60_000)
})

function registerMany(parameters: readonly string[]): Promise<number> {
  const load = import.meta.resolve('@salp/presets/run-source')
  const file = fileURLToPath(new URL('../testing/internal/register-many.ts', import.meta.url))
  const flags = ['--no-warnings', '--experimental-strip-types', '--conditions=@salp/source', '--import', load]
  const child = spawn(process.execPath, [...flags, file, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(Number(output)) : reject(new Error(`register-many ended with ${code}`)),
    )
  })
}

describe('update()', () => {
  test('changes what is given, by the owner only', async () => {
    const { registry, clock } = openRegistry()
    await registry.create({ ...input, freePerDay: 5, methods: ['PUT'] }, alice)
    await clock.advance(1_000)
    expect(await registry.update('weather', { price: '2' }, bob)).toEqual({ status: 'not-owner' })
    expect(await registry.update('nothing', { price: '2' }, alice)).toEqual({ status: 'unknown' })
    expect(await registry.update('weather', { price: '2', target: 'https://b.example' }, alice)).toMatchObject({
      status: 'updated',
      endpoint: { price: '2', target: 'https://b.example/', updatedAt: noon + 1_000 },
    })
    expect(registry.find('weather')).toMatchObject({ price: '2', freePerDay: 5, methods: ['PUT'], createdAt: noon })
  })

  test('checks targets and prices as create() does, and moves no slug', async () => {
    const { registry } = openRegistry()
    await registry.create(input, alice)
    for (const patch of [{ target: 'https://127.0.0.1' }, { price: 'bad' }, { slug: 'other' }, { id: 'x' }, null]) {
      expect((await registry.update('weather', patch, alice)).status).toBe('invalid')
    }
    expect(registry.find('weather')).toMatchObject({ price: '$0.01', target: input.target })
  })

  test('loses no change to another at once', async () => {
    const { registry } = openRegistry()
    await registry.create(input, alice)
    await Promise.all([
      registry.update('weather', { price: '7' }, alice),
      registry.update('weather', { description: 'Rain' }, alice),
    ])
    expect(registry.find('weather')).toMatchObject({ price: '7', description: 'Rain' })
  })
})

describe('remove()', () => {
  test('is the owner’s, and leaves the slug to nobody else', async () => {
    const { registry } = openRegistry()
    await registry.create(input, alice)
    const before = registry.find('weather')
    expect([registry.remove('nothing', alice), registry.remove('weather', bob)]).toEqual(['unknown', 'not-owner'])
    expect([registry.remove('weather', alice), registry.remove('weather', alice)]).toEqual(['removed', 'unknown'])
    expect([registry.find('weather'), registry.list({ limit: 1 })]).toEqual([undefined, []])
    expect(await registry.create(input, bob)).toEqual({ status: 'taken' })
    const again = await registry.create({ ...input, price: '3' }, alice)
    expect(again).toMatchObject({ status: 'created', endpoint: { price: '3' } })
    expect(registry.find('weather')?.id).not.toBe(before?.id)
  })
})

describe('list()', () => {
  test('pages by slug', async () => {
    const { registry } = openRegistry()
    for (const slug of ['ccc', 'aaa', 'bbb']) await registry.create({ ...input, slug }, alice)
    const slugs = (after?: string) => registry.list({ after, limit: 2 }).map(({ slug }) => slug)
    expect([slugs(), slugs('bbb'), slugs('ccc')]).toEqual([['aaa', 'bbb'], ['ccc'], []])
    for (const limit of [0, 501, 1.5]) expect(() => registry.list({ limit })).toThrow(RangeError)
  })
})

describe('checkTarget()', () => {
  const check = (text: string, allowHosts: string[] = []) => checkTarget(text, { allowHosts })

  test.for([
    'https://127.0.0.1/',
    'https://127.0.0.1./',
    'https://127.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://0x7f000001/',
    'https://%31%32%37.0.0.1/',
    'https://10.0.0.1/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://0.0.0.0/',
    'https://255.255.255.255/',
    'https://224.0.0.1/',
    'https://[::1]/',
    'https://[::]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[::127.0.0.1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fc00::1]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://localhost/',
    'https://a.localhost/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'https://intranet/',
  ])('refuses %s, which is not on the open internet', (text) => {
    expect(check(text).status).toBe('refused')
  })

  test.for([
    'http://a.example/',
    'ftp://a.example/',
    'file:///etc/passwd',
    'javascript:1',
    'https://u@a.example/',
    'https://u:p@a.example/',
    'https://a.example:22/',
    'https://a.example:6379/',
    'https://a.example/\n',
    'https://a.ex\tample/',
    ' https://a.example/',
    'https://a.example/ x',
    'https://a.example\\@b.example/',
    'https:\\\\a.example/',
    'https://ä.example/',
    'https://a.example/?k=1',
    'https://a.example/?',
    'https://a.example/#f',
    'https://a.example/../x',
    'https://a.example/%2e%2e/x',
    'https://a.example//x',
    'https://a.example/a%2fb',
    '//a.example/',
    'a.example',
    '',
  ])('refuses %j', (text) => {
    expect(check(text).status).toBe('refused')
  })

  test('gives one form of what is allowed', () => {
    const href = (text: string, allowHosts?: string[]) => {
      const checked = check(text, allowHosts)
      return checked.status === 'allowed' ? checked.url.href : checked.reason
    }
    expect(href('HTTPS://A.Example:443')).toBe('https://a.example/')
    expect(href('https://a.example:8443/%61')).toBe('https://a.example:8443/a')
    expect(href('https://93.184.215.14/x')).toBe('https://93.184.215.14/x')
    expect(href('http://127.0.0.1:9000/x', ['127.0.0.1:9000'])).toBe('http://127.0.0.1:9000/x')
    expect(href('http://127.0.0.1:9001/x', ['127.0.0.1:9000'])).not.toContain('http')
  })
})
