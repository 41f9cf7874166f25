/**
 * Runs the fake server alone: `node serve.js [script.mjs] [port]`, printing its URL.
 *
 * The script's default export is a {@link FakeScript}. Without one, "call NAME {json}" is answered by that call and
 * anything else by its echo.
 */

import { argv, stdout } from 'node:process'
import { pathToFileURL } from 'node:url'
import { echoScript } from './echo-script.js'
import { type FakeScript, startFakeOpenAi } from './fake-openai.js'

const [path, port] = argv.slice(2)
const script: FakeScript =
  path === undefined || path === '-'
    ? echoScript
    : ((await import(pathToFileURL(path).href)) as { default: FakeScript }).default
const server = await startFakeOpenAi(script, { port: Number(port ?? 0) })
stdout.write(`${server.url}\n`)
