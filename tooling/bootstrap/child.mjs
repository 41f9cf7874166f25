// @ts-check
/** Runs other programs so that nothing is left running, however this one ends. */

import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const windows = process.platform === 'win32'

/** What the program gets to end by itself after it was asked to. */
const graceMs = 10_000

/** npm hands on a Ctrl-C that the terminal delivered already; what comes later was meant. */
const repeatMs = 1_000

/** How often to look whether npm is still there. */
const parentMs = 500

/** Characters of output kept to explain a failure. */
const keptChars = 20_000

/**
 * @typedef {object} Ended
 * @property {number} code Exit code; 128 and the signal's number if a signal ended it.
 * @property {string} output The end of what it wrote, if `output` was `'tee'` or `'keep'`.
 * @property {NodeJS.Signals | undefined} signal What this process was asked to stop by meanwhile.
 */

/**
 * Runs a program to its end.
 *
 * It leads a process group of its own. SIGINT, SIGTERM and SIGHUP are handed on to the group once; a second one, or ten
 * seconds, kill the group. Whatever the program leaves running is killed when it ends. Under npm, whose shell dies of
 * a SIGTERM without handing it on, the death of that shell counts as one.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, output?: 'inherit' | 'tee' | 'keep', interactive?: boolean }} options
 * `tee` shows the output on the standard error and keeps it, `keep` only keeps it. `interactive` leaves the program in
 * the group that the terminal talks to: Ctrl-C, a change of size and the like reach it from there and are its own affair.
 * @returns {Promise<Ended>}
 * @throws The error of `spawn` if the program cannot be started.
 */
export function run(file, args, { cwd, env, output = 'inherit', interactive = false }) {
  const leads = !windows && !interactive
  return new Promise((resolve, reject) => {
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe']
    const child = spawn(file, args, { cwd, env, stdio, detached: leads, windowsHide: true })
    let kept = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        if (output === 'tee') process.stderr.write(chunk)
        kept = (kept + chunk).slice(-keptChars)
      })
    }

    /** @type {{ signal: NodeJS.Signals, at: number, timer: NodeJS.Timeout } | undefined} */
    let asked
    /** @param {NodeJS.Signals} signal */
    const handOn = (signal) => {
      if (interactive && signal === 'SIGINT') return
      const now = performance.now()
      if (asked === undefined) {
        asked = { signal, at: now, timer: setTimeout(() => kill(child, 'SIGKILL', leads), graceMs) }
        // On Windows the console tells every program itself; a kill here would cut it short.
        if (!windows) kill(child, signal, leads)
      } else if (now - asked.at > repeatMs) {
        kill(child, 'SIGKILL', leads)
      }
    }
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
    for (const signal of signals) process.on(signal, handOn)
    const parent = process.ppid
    const watch = setInterval(() => {
      if (asked === undefined && env.npm_lifecycle_event !== undefined && process.ppid !== parent) handOn('SIGTERM')
    }, parentMs)
    const finish = () => {
      clearInterval(watch)
      clearTimeout(asked?.timer)
      for (const signal of signals) process.off(signal, handOn)
    }

    child.once('error', (error) => {
      finish()
      reject(error)
    })
    child.once('exit', () => {
      if (leads) kill(child, 'SIGKILL', leads)
    })
    child.once('close', (code, signal) => {
      finish()
      resolve({ code: code ?? 128 + (signal ? constants.signals[signal] : 0), output: kept, signal: asked?.signal })
    })
  })
}

/**
 * Signals a child, with its whole group if it leads one.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 * @param {boolean} leads
 */
function kill(child, signal, leads) {
  if (!leads || child.pid === undefined) {
    child.kill(signal)
    return
  }
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    // Nobody is left in the group; macOS says EPERM while its last member is being reaped.
    const code = /** @type {NodeJS.ErrnoException} */ (error).code
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
