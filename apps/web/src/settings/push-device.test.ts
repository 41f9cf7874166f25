import { describe, expect, test } from 'vitest'
import { nameOf, obstacleOf, type PushSupport } from './push-device.js'

const able: PushSupport = { secure: true, push: true, permission: 'default', apple: false }

describe('obstacleOf()', () => {
  test.each([
    [{}, undefined],
    [{ permission: 'granted' }, undefined],
    [{ permission: 'denied' }, 'blocked'],
    [{ push: false }, 'not-supported'],
    [{ push: false, apple: true }, 'not-installed'],
    [{ secure: false, push: false }, 'not-secure'],
  ] as const)('says of %j that the obstacle is %s', (change, obstacle) => {
    expect(obstacleOf({ ...able, ...change })).toBe(obstacle)
  })
})

describe('nameOf()', () => {
  test.each([
    ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 15.7; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Mac'],
    ['Lynx/2.9', 'A browser'],
  ])('names %s', (userAgent, name) => {
    expect(nameOf(userAgent)).toBe(name)
  })
})
