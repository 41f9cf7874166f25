import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@salp/core/node'
import { recordingLogger } from '@salp/core/testing'
import { createUpstream, systemResolve } from '@salp/gateway/node'
import { afterEach, describe, expect, test } from 'vitest'
import { certificate, makeDevice, readVapid, startFakePushService } from '../../test/fake-push-service.js'
import { openVapidKeys } from './vapid.js'
import { createWebPush } from './web-push.js'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'salp push '))
  cleanups.push(() => rmSync(folder, { recursive: true }))
  return folder
}

const message = {
  text: JSON.stringify({ title: 'Ünïcode', body: 'x'.repeat(200) }),
  urgency: 'high',
  ttlSeconds: 60,
} as const
const { signal } = new AbortController()

async function open() {
  const device = makeDevice()
  const service = await startFakePushService(device)
  cleanups.push(service.close)
  const allowHosts = [service.host]
  const upstream = createUpstream({ clock: systemClock, resolve: systemResolve }, { allowHosts, ca: certificate })
  cleanups.push(upstream.close)
  const keys = openVapidKeys(temporary())
  const log = recordingLogger()
  const sender = createWebPush({ keys, upstream, log }, { contact: 'mailto:me@example.org', allowHosts })
  return { service, sender, keys, log, target: { endpoint: `https://${service.host}/phone`, keys: device.keys } }
}

describe('the device of the tests', () => {
  test('reads the example of RFC 8291, appendix A', () => {
    const device = makeDevice({
      privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    })
    const body =
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN'
    expect(device.read(Buffer.from(body, 'base64url'))).toBe('When I grow up, I want to be a watermelon')
  })
})

describe('createWebPush()', () => {
  test('sends what only the device can read, signed by the keys of the node', async () => {
    const { service, sender, keys, target } = await open()
    expect(await sender.send(target, message, { signal })).toBe('taken')
    const [received] = service.received
    expect(received).toMatchObject({
      ...{ path: '/phone', text: message.text },
      headers: { ttl: '60', urgency: 'high', 'content-encoding': 'aes128gcm' },
    })
    const vapid = readVapid(String(received?.headers.authorization))
    expect(vapid).toMatchObject({
      ...{ aud: `https://${service.host}`, sub: 'mailto:me@example.org', publicKey: keys.publicKey },
    })
    expect(sender.publicKey).toBe(keys.publicKey)
  })

  test.each([
    [200, 'taken'],
    [404, 'gone'],
    [410, 'gone'],
    [429, 'later'],
    [503, 'later'],
    [302, 'refused'],
    [413, 'refused'],
  ] as const)('takes %i as %s', async (status, outcome) => {
    const { service, sender, target } = await open()
    service.answers.push(status)
    expect(await sender.send(target, message, { signal })).toBe(outcome)
  })

  test('tries a service that is not there again later, and tells its origin alone', async () => {
    const { service, sender, target, log } = await open()
    await service.close()
    expect(await sender.send(target, message, { signal })).toBe('later')
    expect(JSON.stringify(log.lines)).toContain(`https://${service.host}`)
    expect(JSON.stringify(log.lines)).not.toContain('/phone')
  })

  test('refuses addresses that are no https, or not on the open internet', async () => {
    const { sender, target } = await open()
    expect(sender.problem(target.endpoint)).toBeUndefined()
    expect(sender.problem('https://fcm.googleapis.com/fcm/send/a')).toBeUndefined()
    for (const endpoint of [
      'http://fcm.googleapis.com/a',
      'https://127.0.0.1/a',
      'https://localhost/a',
      'file:///a',
      'a',
    ])
      expect([endpoint, sender.problem(endpoint)]).toEqual([endpoint, expect.any(String)])
  })
})

describe('openVapidKeys()', () => {
  test('makes keys once, for their owner alone', () => {
    const folder = temporary()
    const keys = openVapidKeys(folder)
    expect(openVapidKeys(folder)).toEqual(keys)
    expect(Buffer.from(keys.publicKey, 'base64url')).toHaveLength(65)
    expect(statSync(join(folder, 'push-key')).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(join(folder, 'push-key'), 'utf8'))).toEqual(keys)
  })

  test('does not put others in place of a file that it cannot read', () => {
    const folder = temporary()
    writeFileSync(join(folder, 'push-key'), '{}')
    expect(() => openVapidKeys(folder)).toThrow(/^Cannot read the keys for notifications/)
  })
})
