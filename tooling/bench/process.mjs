/** How long a process takes to be ready, and how much memory it keeps. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spread } from './spread.mjs'

const main = fileURLToPath(import.meta.resolve('@salp/node/main'))
const rounds = 5

/** Starts nodes on an empty home and again on the same; memory is read two seconds after ready. */
export async function measureProcess() {
  const empty = []
  const warm = []
  const resident = []
  for (let round = 0; round < rounds; round++) {
    const home = mkdtempSync(join(tmpdir(), 'salp bench '))
    empty.push((await start(home)).readyMs)
    const second = await start(home, { idleMs: 2_000 })
    warm.push(second.readyMs)
    if (second.residentMb !== undefined) resident.push(second.residentMb)
    rmSync(home, { recursive: true })
  }
  return { emptyMs: spread(empty), warmMs: spread(warm), residentMb: spread(resident) }
}

async function start(home, { idleMs = 0 } = {}) {
  const begunAt = performance.now()
  const child = spawn(
    process.execPath,
    [main, '--home', home, '--port', '0', '--ready-json', '--set', 'model.detect=false'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve)
    child.once('exit', (code) => reject(new Error(`The node ended with ${code} before it was ready`)))
  })
  const readyMs = performance.now() - begunAt
  await wait(idleMs)
  const residentMb = process.platform === 'linux' ? residentOf(child.pid) : undefined
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGTERM')
  await ended
  return { readyMs, residentMb }
}

function residentOf(pid) {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kilobytes) / 1_024
}
