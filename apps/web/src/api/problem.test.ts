import { describe, expect, test } from 'vitest'
import { ApiError, describeProblem, parseProblemDetails } from './problem.js'

describe('describeProblem()', () => {
  test('tells a node that cannot be reached', () => {
    expect(describeProblem(new ApiError(0, 'x')).kind).toBe('offline')
    expect(describeProblem(new TypeError('Failed to fetch')).kind).toBe('offline')
  })

  test('tells a missing token and a missing thing', () => {
    expect(describeProblem(new ApiError(401, 'x')).kind).toBe('signed-out')
    expect(describeProblem(new ApiError(404, 'x')).kind).toBe('missing')
  })

  test('reads the problem details that the chat transport throws', () => {
    const error = Object.assign(new Error('x'), {
      statusCode: 409,
      responseBody: '{"title":"Conflict","status":409,"detail":"A turn runs already"}',
    })
    expect(describeProblem(error)).toEqual({ kind: 'refused', title: 'Conflict', detail: 'A turn runs already' })
  })
})

describe('parseProblemDetails()', () => {
  test.each(['', 'no JSON', 'null', '[]', '{"title":7}'])('takes %j for nothing', (body) => {
    expect(parseProblemDetails(body)).toEqual({})
  })
})
