import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor, redact } from './redact.js'

/** Made up, in the form of the real ones; joined here so that scanners of sources pass over them. */
const secrets: Readonly<Record<string, string>> = {
  jwt: ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NSJ9', 'c2lnbmF0dXJlLW9mLWl0'].join('.'),
  github: 'ghp_' + 'zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ' + '0mLq17',
  'github ': `github_pat_${'a1B2_'.repeat(9)}`,
  slack: 'xoxb-' + '123456789012-abcdefABCDEF',
  aws: 'AKIA' + 'IOSFODNN7EXAMPLE',
  google: `AIza${'Sy0_-'.repeat(7)}`,
  'api-key': 'sk-' + 'proj-4f9d8c7b6a5e4d3c2b1a',
  'api-key ': 'sk_' + 'live_4eC39HqLyjWDarjtT1zdp7dc',
  'api-key  ': `rk-${'abcdefghijklm'.repeat(2)}`,
  'private-key': ['-----BEGIN RSA PRIVATE KEY-----', 'MIIEpAIBAAKCAQEA', '-----END RSA PRIVATE KEY-----'].join('\n'),
}

describe('redact()', () => {
  test.each(Object.entries(secrets))('takes out a %s wherever it stands', (name, secret) => {
    const mark = `[redacted:${name.trim()}]`
    expect(redact(secret)).toBe(mark)
    expect(redact(`é👍 ${secret}, 終わり`)).toBe(`é👍 ${mark}, 終わり`)
    expect(redact(`("${secret}")\n${secret}`)).toBe(`("${mark}")\n${mark}`)
  })

  test('takes out a private key whose end was cut off', () => {
    expect(redact('a -----BEGIN PRIVATE KEY-----\nMIIEvQ')).toBe('a [redacted:private-key]')
  })

  test.each([
    ['Authorization: Bearer 3f9a8b7c6d5e4f3a', 'Authorization: Bearer [redacted:bearer]'],
    ['https://ada:hunter2@example.com/a@b', 'https://ada:[redacted:url-password]@example.com/a@b'],
    ['DB_PASSWORD=correct-horse-7 next', 'DB_PASSWORD=[redacted:assigned] next'],
    ['"password": "correcthorsebattery"', '"password": "[redacted:assigned]"'],
    ["apiKey: 'abcdefghijkl',", "apiKey: '[redacted:assigned]',"],
    ['client_secret=8f7e6d5c4b3a&grant=code', 'client_secret=[redacted:assigned]'],
    ['密码 passwd=пароль-1234 了', '密码 passwd=[redacted:assigned] 了'],
  ])('takes out what is named or placed as a secret: %s', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  test.each([
    'The bearer authentication scheme is described in RFC 6750, and bearer certificates are not.',
    'The secret: patience, persistence and perspiration. Password: forgotten again?',
    'risk-management-and-task-forces-for-the-whole-organisation, ask-me-anything-about-it-today',
    'const password: z.string(); const apiKey = process.env.API_KEY; const secret = readSecret(name)',
    '.sk-loading-spinner-with-long-name { } #pk_user_account_identifier { }',
    'See https://example.com:8080/a/b?c=d@e and http://localhost:4023/chat, or mail ada@example.com',
    'sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '0190163d-8694-739b-aea5-966c26f8ad91 and 2026-11-21T08:00:00.000Z',
    'tokens: 12000 of 128000; access token expired; the API key page',
    '秘密は忍耐です。パスワード：忘れました。🧂',
    '',
  ])('leaves ordinary text alone: %s', (text) => {
    expect(redact(text)).toBe(text)
  })

  test('changes nothing the second time', { timeout: 30_000 }, () => {
    const part = fc.oneof(
      fc.constantFrom(
        ...Object.values(secrets),
        'password=',
        'secret: "',
        'Bearer ',
        'https://a:',
        '@b',
        '"',
        ' ',
        '\n',
        '-',
      ),
      fc.string({ unit: 'binary' }),
      fc.string({ minLength: 8 }),
    )
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const once = redact(parts.join(''))
        expect(redact(once)).toBe(once)
      }),
      {
        numRuns: 2_000,
        examples: [
          [['https://a:', 'password=', '/#-###0#', "'@        "]],
          [['password=', 'https://a:', ',@#-#0    ']],
        ],
      },
    )
  })

  test('keeps text well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(redact(`password=${text}1 ${text}`).isWellFormed()).toBe(true)
      }),
    )
  })

  test.each([
    'eyJ-',
    'eyJaaaaaaaa.',
    'sk-',
    'xoxb-',
    ' ',
    '\t\n',
    'bearer ',
    'password:',
    'password = ',
    'password="',
    'secret',
    'a-',
    'a://',
    'https://a:',
    'https://a:b',
    ':',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    'AAAA',
    '"',
    'é👍',
  ])('takes time linear in the text: a megabyte of %j', (unit) => {
    const text = unit.repeat(Math.ceil(1_000_000 / unit.length))
    const begun = performance.now()
    redact(text)
    redact(`password=${text}`)
    // A quadratic rule takes minutes.
    expect(performance.now() - begun).toBeLessThan(2_000)
  })
})

describe('createRedactor()', () => {
  test('takes out secrets known by value, longest first', () => {
    const { text } = createRedactor({ secrets: ['hunter', 'hunter22', 'søren-🧂'] })
    expect(text('hunter22 hunter søren-🧂')).toBe('[redacted:known] [redacted:known] [redacted:known]')
  })

  test('passes over known secrets too short to tell from text', () => {
    expect(createRedactor({ secrets: ['', 'on', 'admin'] }).text('admin on duty')).toBe('admin on duty')
  })
})

describe('Redactor.data()', () => {
  const { data } = createRedactor({ secrets: ['hunter22'] })

  test('copies plain data with secrets replaced, in values and under telling names', () => {
    const given = {
      url: 'https://ada:hunter2@host',
      headers: { Authorization: 'x', cookie: ['a', 'b'], accept: 'json' },
      user: { password: 'short', apiKey: 'k', accessToken: 't', secretCount: 3, note: 'hunter22 it is' },
      empty: { password: '' },
      list: [1, true, null, undefined, 10n],
    }
    const before = structuredClone(given)
    expect(data(given)).toEqual({
      url: 'https://ada:[redacted:url-password]@host',
      headers: { Authorization: '[redacted:field]', cookie: ['[redacted:field]', '[redacted:field]'], accept: 'json' },
      user: {
        password: '[redacted:field]',
        apiKey: '[redacted:field]',
        accessToken: '[redacted:field]',
        secretCount: 3,
        note: '[redacted:known] it is',
      },
      empty: { password: '' },
      list: [1, true, null, undefined, 10n],
    })
    expect(given).toEqual(before)
  })

  test('keeps what an error says, and its cause', () => {
    const error = Object.assign(new TypeError('with hunter22', { cause: new Error('of hunter22') }), { code: 'a/b' })
    expect(data({ error })).toEqual({
      error: {
        code: 'a/b',
        name: 'TypeError',
        message: 'with [redacted:known]',
        cause: { name: 'Error', message: 'of [redacted:known]' },
      },
    })
  })

  test('copies dates and addresses as JSON has them, and bytes as their number', () => {
    const value = {
      at: new Date(0),
      url: new URL('https://a:hunter22@b/'),
      bytes: new Uint8Array(5),
      none: new Date(Number.NaN),
    }
    expect(data<unknown>(value)).toEqual({
      at: '1970-01-01T00:00:00.000Z',
      url: 'https://a:[redacted:url-password]@b/',
      bytes: '[5 bytes]',
      none: null,
    })
  })

  test('names circles, and shows twice what is there twice', () => {
    const shared = { a: 1 }
    const round: Record<string, unknown> = { shared, again: shared }
    round.self = round
    expect(data(round)).toEqual({ shared: { a: 1 }, again: { a: 1 }, self: '[circular]' })
  })

  test('does not go deeper than the stack', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)
    expect(JSON.stringify(data(deep))).toBe(`${'['.repeat(64)}"[deep]"${']'.repeat(64)}`)
  })

  test('keeps the shape of any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const copied = data(value)
        expect(data(copied)).toEqual(copied)
        expect(Array.isArray(copied)).toBe(Array.isArray(value))
      }),
    )
  })
})
