/** A push service on this machine, by HTTPS, and a device that reads what it is sent: RFC 8030, 8188, 8291 and 8292. */

import { createDecipheriv, createECDH, createHmac, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A certificate that signs itself, for `localhost` and 127.0.0.1, good until 2126; its key guards nothing. Made by `openssl req -x509`. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUbbCEDDHUaGeURUo9JA/4Vgx7JXgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIwMzIyNVoYDzIxMjYxMDI4
MjAzMjI1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS7ZQxIv7DO3J9MJg8b21oWc5u8RQjI0gnaqv44ijAKO/4G4QQdyJBb
5JbIq1cU8LEWK3AzAQaNM2bGYNlSoL6To28wbTAdBgNVHQ4EFgQUoV5nTdwYSI3v
OC0InVM0+YM5LzkwHwYDVR0jBBgwFoAUoV5nTdwYSI3vOC0InVM0+YM5LzkwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgbuHjLUcEw51jTsqs6EErWuBel3VBy0QrygCnhKjP1wECIQC/
JU7SqnrBgpAtLBuS8G+tn8Bn/8jaEOzX6ddZZeU1qA==
-----END CERTIFICATE-----
`

const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAdpovDF/X1riznOK
GGnl3UR2TaYetvkqwYLx95fQnQihRANCAAS7ZQxIv7DO3J9MJg8b21oWc5u8RQjI
0gnaqv44ijAKO/4G4QQdyJBb5JbIq1cU8LEWK3AzAQaNM2bGYNlSoL6T
-----END PRIVATE KEY-----
`

/** What came for a device. */
export interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** What the device reads; nothing where it could not. */
  readonly text: string
}

/** Keys of a device, as a browser makes them. */
export interface Device {
  /** For a subscription, as base64url. */
  readonly keys: { readonly p256dh: string; readonly auth: string }
  /** Reads a body. @throws Error if it is not for this device. */
  read(body: Buffer): string
}

/** Makes a device, or the one of a published example. */
export function makeDevice(given?: { readonly privateKey: string; readonly auth: string }): Device {
  const ecdh = createECDH('prime256v1')
  if (given === undefined) ecdh.generateKeys()
  else ecdh.setPrivateKey(given.privateKey, 'base64url')
  const auth = given === undefined ? randomBytes(16) : Buffer.from(given.auth, 'base64url')
  const own = ecdh.getPublicKey()
  return {
    keys: { p256dh: own.toString('base64url'), auth: auth.toString('base64url') },
    read(body) {
      // RFC 8188 2.1: salt, record size, length of the key, key, and one record.
      const salt = body.subarray(0, 16)
      const end = 21 + body.readUInt8(20)
      const sender = body.subarray(21, end)
      // RFC 8291 3.4: what both know, mixed with what only the page told the sender.
      const mixed = createHmac('sha256', auth).update(ecdh.computeSecret(sender)).digest()
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), own, sender, Buffer.of(1)])
      const key = createHmac('sha256', mixed).update(info).digest()
      const derive = (label: string, length: number): Buffer =>
        Buffer.from(hkdfSync('sha256', key, salt, `Content-Encoding: ${label}\0`, length))
      const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
      decipher.setAuthTag(body.subarray(-16))
      const plain = Buffer.concat([decipher.update(body.subarray(end, -16)), decipher.final()])
      // The last record ends with 2, then zeros.
      return plain.subarray(0, plain.lastIndexOf(2)).toString()
    },
  }
}

/** Reads a token of RFC 8292. @throws Error if the key in it did not sign it. */
export function readVapid(authorization: string): { aud: string; sub: string; exp: number; publicKey: string } {
  const [, token = '', publicKey = ''] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(authorization) ?? []
  const [header = '', claims = '', signature = ''] = token.split('.')
  const point = Buffer.from(publicKey, 'base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url') }
  const key = createPublicKey({ key: { ...jwk, y: point.subarray(33).toString('base64url') }, format: 'jwk' })
  const signed = Buffer.from(`${header}.${claims}`)
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
    throw new Error('The token is not signed by its key')
  return { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), publicKey }
}

/** The service. */
export interface FakePushService {
  /** `host:port`. */
  readonly host: string
  readonly received: Received[]
  /** Statuses of the next answers; then 201. */
  readonly answers: number[]
  close(): Promise<void>
}

/** Starts it, for one device. */
export async function startFakePushService(device: Device): Promise<FakePushService> {
  const received: Received[] = []
  const answers: number[] = []
  const server = createServer({ cert: certificate, key: certificateKey }, async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const status = answers.shift() ?? 201
    const { url: path = '', headers } = request
    if (status < 300) received.push({ path, headers, text: device.read(Buffer.concat(parts)) })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ...{ host: `localhost:${port}`, received, answers },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
