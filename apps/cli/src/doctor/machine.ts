/** Checks of the machine: Node.js, programs that some parts use, the folder to work in. */

import { accessSync, constants, existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join, parse } from 'node:path'
import type { Check, CheckDeps, Finding } from './check.js'

/** Oldest Node.js that is supported. */
const leastNode = 22

/** Checks Node.js. `version`: such as `24.1.0`. */
export function checkNodeVersion(version: string): Finding {
  return Number.parseInt(version, 10) >= leastNode
    ? { status: 'pass', detail: version }
    : {
        status: 'fail',
        detail: `${version} is too old`,
        fix: `Install Node.js ${leastNode} or newer from https://nodejs.org`,
      }
}

/** Gives the checks of the machine. */
export function machineChecks({ io }: Pick<CheckDeps, 'io'>): Check[] {
  const { environment, folder } = io
  return [
    { id: 'node-version', title: 'Node.js', find: () => checkNodeVersion(process.versions.node) },
    { id: 'workspace', title: 'Workspace', find: () => checkWorkspace(folder) },
    {
      id: 'chromium',
      title: 'Chromium',
      find: () =>
        optionalProgram(environment, {
          path: environment.CHROME_PATH,
          names: ['chromium', 'chromium-browser', 'google-chrome', 'chrome'],
          use: 'optional: tests of Studio use it',
          fix: 'Install Chromium, or name it in CHROME_PATH',
        }),
    },
    {
      id: 'nats-server',
      title: 'NATS server',
      find: () =>
        optionalProgram(environment, {
          path: undefined,
          names: ['nats-server'],
          use: 'optional: colonies of many machines use it',
          fix: 'Install nats-server from https://nats.io',
        }),
    },
  ]
}

/** Checks the folder that file tools and commands would work in. */
export function checkWorkspace(folder: string): Finding {
  if (folder === homedir() || folder === parse(folder).root) {
    return {
      status: 'warn',
      detail: `${folder} holds more than a project`,
      fix: 'Go into the folder of a project first, or start with: salp run --workspace FOLDER',
    }
  }
  return isAccessible(folder, constants.R_OK | constants.W_OK)
    ? { status: 'pass', detail: folder }
    : {
        status: 'warn',
        detail: `${folder} may not be written to`,
        fix: 'Choose another with: salp run --workspace FOLDER',
      }
}

function optionalProgram(
  environment: CheckDeps['io']['environment'],
  { path, names, use, fix }: { path: string | undefined; names: readonly string[]; use: string; fix: string },
): Finding {
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const endings = process.platform === 'win32' ? ['.exe'] : ['']
  const candidates = folders.flatMap((folder) =>
    names.flatMap((name) => endings.map((ending) => join(folder, name + ending))),
  )
  const found = [...(path === undefined || path === '' ? [] : [path]), ...candidates].find((candidate) =>
    existsSync(candidate),
  )
  return found === undefined ? { status: 'skip', detail: `not found; ${use}`, fix } : { status: 'pass', detail: found }
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
