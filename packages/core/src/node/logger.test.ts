import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../redact.js'
import { createLogger, type LogLevel } from './logger.js'

const redactor = createRedactor({ secrets: ['hunter22'] })

/** A logger, and the lines it wrote. */
function collect(level: LogLevel) {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  return { log: createLogger({ level, destination, redactor }), lines }
}

describe('createLogger()', () => {
  test('writes one JSON object a line, with the time and the name', () => {
    const { log, lines } = collect('debug')
    log.child('memory').info('Recalled', { hits: 3 })
    expect(lines).toEqual([{ level: 30, time: expect.any(String), name: 'memory', hits: 3, msg: 'Recalled' }])
    expect(new Date(String(lines[0]?.time)).toISOString()).toBe(lines[0]?.time)
  })

  test('takes secrets out of messages and fields, those of errors too', () => {
    const { log, lines } = collect('info')
    log.warn('Key hunter22 was refused', { apiKey: 'k', error: new Error('for hunter22') })
    expect(lines).toMatchObject([
      {
        msg: 'Key [redacted:known] was refused',
        apiKey: '[redacted:field]',
        error: { name: 'Error', message: 'for [redacted:known]' },
      },
    ])
  })

  test.each([
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', ['error', 'warn', 'info', 'debug']],
    ['silent', []],
  ] as const)('at level %s writes %j', (level, written) => {
    const { log, lines } = collect(level)
    for (const each of ['error', 'warn', 'info', 'debug'] as const) log[each](each)
    expect(lines.map(({ msg }) => msg)).toEqual(written)
  })

  test('appends to a file, which only its owner may read, making its folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'salp logs '))
    const destination = join(folder, 'deep', 'salp.log')
    for (const message of ['one', 'two']) createLogger({ level: 'info', destination, redactor }).info(message)
    const lines = readFileSync(destination, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two'])
    expect(statSync(destination).mode & 0o777).toBe(0o600)
    rmSync(folder, { recursive: true })
  })

  test('goes on when a line cannot be written', ({ skip }) => {
    if (!existsSync('/dev/full')) skip('this system has no /dev/full to stand for a full disk')
    const log = createLogger({ level: 'info', destination: '/dev/full', redactor })
    for (let count = 0; count < 3; count++) expect(log.info('line')).toBeUndefined()
  })
})
