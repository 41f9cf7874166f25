import type { findSandbox } from '@salp/agent/node'
import { expect, test } from 'vitest'
import { networkCheck } from './network.js'

const works: typeof findSandbox = async () => ({
  name: 'bubblewrap',
  promise: '',
  limited: true,
  wrap: () => ({ file: '', parameters: [] }),
})
const fails: typeof findSandbox = async () => undefined
const check = (airGap: boolean, find: typeof findSandbox) =>
  networkCheck({ agent: { airGap, sandbox: 'auto' } }, find).find()

test('networkCheck() says whether the network may be used, and what holds commands', async () => {
  expect(await check(false, works)).toEqual({ status: 'pass', detail: 'may be used; commands run in bubblewrap' })
  expect(await check(false, fails)).toMatchObject({ detail: 'may be used; commands run without a sandbox' })
  expect(await check(true, works)).toMatchObject({ status: 'pass', detail: expect.stringContaining('kept off') })
  expect(await check(true, fails)).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('commands are refused'),
  })
})
