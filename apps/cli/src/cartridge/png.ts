/** Pictures as PNG files. */

import { crc32, deflateSync } from 'node:zlib'
import type { Framebuffer } from '@salp/cartridge/host'

/**
 * Writes a picture as PNG: 8 bits of red, green, blue and alpha.
 *
 * @see https://www.w3.org/TR/png-3/, sections 5 and 11
 */
export function encodePng({ width, height, pixels }: Framebuffer): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  // 8 bits a channel, with alpha; the rest is the only choice there is, or none.
  header.set([8, 6, 0, 0, 0], 8)
  const stride = width * 4
  // Each row begins with its filter: none.
  const rows = Buffer.alloc((stride + 1) * height)
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * stride, (row + 1) * stride), row * (stride + 1) + 1)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
