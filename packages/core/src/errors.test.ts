import { describe, expect, test } from 'vitest'
import { describeError, SalpError } from './errors.js'

class FullError extends SalpError {
  readonly sizeBytes: number
  constructor(sizeBytes: number, cause?: unknown) {
    super('store/full', `Cannot store ${sizeBytes} bytes: no room`, { cause, retryable: true })
    this.sizeBytes = sizeBytes
  }
}

/** An error as another copy of this package would make it. */
function foreign(code: string): Error {
  return Object.defineProperty(Object.assign(new Error('from elsewhere'), { code }), Symbol.for('salp.error'), {
    value: true,
  })
}

describe('SalpError', () => {
  test('carries code, name, cause and whether to try again', () => {
    const cause = new Error('disk')
    const error = new FullError(3, cause)
    expect(error).toMatchObject({ code: 'store/full', name: 'FullError', retryable: true, sizeBytes: 3, cause })
    expect(error).toBeInstanceOf(Error)
    expect(error.stack).toContain('FullError: Cannot store 3 bytes: no room')
  })

  test('is final and has no cause unless told', () => {
    const error = new SalpError('a/b', 'No')
    expect(error.retryable).toBe(false)
    expect('cause' in error).toBe(false)
  })

  test('shows only what explains it as its own fields', () => {
    expect(Object.keys(new FullError(3))).toEqual(['code', 'retryable', 'name', 'sizeBytes'])
  })
})

describe('SalpError.is()', () => {
  test('knows errors of this and of another copy of the package', () => {
    expect(SalpError.is(new FullError(3))).toBe(true)
    expect(SalpError.is(foreign('a/b'))).toBe(true)
  })

  test('asks for the code as well', () => {
    expect(SalpError.is(new FullError(3), 'store/full')).toBe(true)
    expect(SalpError.is(foreign('a/b'), 'a/b')).toBe(true)
    expect(SalpError.is(new FullError(3), 'store/locked')).toBe(false)
  })

  test.each([new Error('plain'), { code: 'a/b' }, 'text', null, undefined])('refuses %s', (value) => {
    expect(SalpError.is(value)).toBe(false)
  })
})

describe('describeError()', () => {
  test('joins a chain of causes by colons', () => {
    const error = new Error('Cannot start', { cause: new Error('port', { cause: new Error('in use') }) })
    expect(describeError(error)).toBe('Cannot start: port: in use')
  })

  test('leaves out a cause that was said already', () => {
    expect(describeError(new Error('Cannot open: no room', { cause: new Error('no room') }))).toBe(
      'Cannot open: no room',
    )
  })

  test('gives the name of an error without a message', () => {
    expect(describeError(new TypeError())).toBe('TypeError')
  })

  test('looks into an error of many, as a refused connection is', () => {
    const cause = new AggregateError([new Error('connect ECONNREFUSED ::1:9'), new Error('127.0.0.1')])
    expect(describeError(new TypeError('fetch failed', { cause }))).toBe(
      'fetch failed: AggregateError: connect ECONNREFUSED ::1:9',
    )
  })

  test('ends at a circle of causes', () => {
    const error = new Error('round')
    error.cause = new Error('about', { cause: error })
    expect(describeError(error)).toBe('round: about')
  })

  test.each([
    ['text', 'text'],
    [undefined, 'undefined'],
    [42, '42'],
  ])('gives what was thrown if it is no error: %s', (thrown, text) => {
    expect(describeError(thrown)).toBe(text)
  })
})
