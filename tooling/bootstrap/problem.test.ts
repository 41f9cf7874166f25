import { describe, expect, test } from 'vitest'
import { advise } from './problem.mjs'

describe('advise()', () => {
  test.each([
    ['npm error code ENOTFOUND\nnpm error network request to the registry failed', 'cannot be reached'],
    ['ERR_PNPM_META_FETCH_FAIL  GET zod: error sending request', 'cannot be reached'],
    ['npm error nospc ENOSPC: no space left on device, write', 'disk is full'],
    ['failed to write: No\n      space left on device (os error 28)', 'disk is full'],
    ['npm error code EACCES\nnpm error syscall mkdir', 'may not be written'],
    ['npm error code SELF_SIGNED_CERT_IN_CHAIN', 'certificate'],
    ['npm error 407 Proxy Authentication Required', 'proxy asks'],
    ['npm error code ETARGET\nnpm error notarget No matching version', 'lacks a package'],
    ['npm error code E401', 'refuses this machine'],
    ['ERR_PNPM_OUTDATED_LOCKFILE  Cannot install', 'does not fit'],
    ['src/index.ts(1,1): error TS2304', 'The lines above say why'],
  ])('says what to do about "%s"', (output, advice) => {
    expect(advise(output)).toContain(advice)
  })
})
