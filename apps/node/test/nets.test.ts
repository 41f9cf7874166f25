/** A net that was trained here, run by a browser. */

import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.js'

const example = fileURLToPath(new URL('../../../packages/models/examples/train-a-net.ts', import.meta.url))
const runtime = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web')))

const page = `<!doctype html><meta charset="utf-8"><title>A net</title><script type="module">
  import * as ort from './ort.wasm.min.mjs'
  ort.env.wasm.numThreads = 1
  const session = await ort.InferenceSession.create('./ring.onnx')
  window.scores = async (points) => {
    const scores = []
    for (const point of points) {
      const { score } = await session.run({ point: new ort.Tensor('float32', Float32Array.from(point), [1, 2]) })
      scores.push(score.data[0])
    }
    return scores
  }
</script>`

/** Trains the net of the example, with the built package. */
async function trainRing(): Promise<Buffer> {
  const child = spawn(process.execPath, ['--no-warnings', '--experimental-strip-types', example], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const chunk of child.stdout) said += String(chunk)
  return Buffer.from((JSON.parse(said) as { file: string }).file, 'base64')
}

/** Serves the page, the runtime and the net on loopback. */
async function serve(net: Buffer) {
  const types: Record<string, string> = { mjs: 'text/javascript', wasm: 'application/wasm' }
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1)
    const answer = async (): Promise<Buffer | string> => {
      if (name === '') return page
      if (name === 'ring.onnx') return net
      if (!/^ort[\w.-]+\.(?:mjs|wasm)$/.test(name)) throw new RangeError(`Cannot serve "${name}"`)
      return readFile(join(runtime, name))
    }
    answer().then(
      (body) =>
        response
          .writeHead(200, {
            'content-type':
              name === '' ? 'text/html' : (types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'),
          })
          .end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, [Symbol.asyncDispose]: async () => void server.close() }
}

if (browserPath === undefined) console.log('Skipped: no net is run in a browser, because there is no Chromium here')

describe.skipIf(browserPath === undefined)('a net of @salp/models/nets', () => {
  test('runs in a browser as it was exported', async () => {
    await using server = await serve(await trainRing())
    const browser = await openBrowser()
    try {
      const tab = await browser.newPage()
      await tab.goto(server.url)
      await tab.waitForFunction('window.scores !== undefined')
      const scores = (await tab.evaluate('window.scores([[1, 0], [0, -1], [0, 0], [2, 2]])')) as number[]
      expect(scores.map(Math.sign)).toEqual([1, 1, -1, -1])
    } finally {
      await browser.close()
    }
  })
})
