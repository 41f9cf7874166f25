import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as web from 'onnxruntime-web'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { runSource } from '../testing/internal/run-source.js'

const path = fileURLToPath(new URL('../../examples/train-a-net.ts', import.meta.url))

test('the example trains a net in forty lines, and its file runs in onnxruntime-web', async () => {
  const lines = (await readFile(path, 'utf8'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('import {') && !/^ {2}\w+,$/.test(line))
  expect(lines.length).toBeLessThanOrEqual(40)
  const child = runSource(path, [])
  let said = ''
  for await (const chunk of child.stdout ?? []) said += String(chunk)
  const { heldOut, file } = z.object({ heldOut: z.number(), file: z.string() }).parse(JSON.parse(said))
  // Half the points lie inside: chance is 0.69.
  expect(heldOut).toBeLessThan(0.2)
  const session = await web.InferenceSession.create(Buffer.from(file, 'base64'))
  const score = async (x: number, y: number): Promise<number> => {
    const { score } = await session.run({ point: new web.Tensor('float32', Float32Array.of(x, y), [1, 2]) })
    return Number(score?.data[0])
  }
  expect([await score(1, 0), await score(0, -1), await score(0, 0), await score(2, 2)].map(Math.sign)).toEqual([
    1, 1, -1, -1,
  ])
})
