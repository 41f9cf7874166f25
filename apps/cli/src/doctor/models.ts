/** Checks what would answer: a configured endpoint, servers on this machine, keys. */

import { closeSync, openSync, readSync } from 'node:fs'
import { describeError } from '@salp/core'
import { detectKeys, detectServers, listModels } from '@salp/models'
import { plural } from '../render/quantity.js'
import type { Check, CheckDeps, Finding } from './check.js'

/** How long a configured endpoint may take to tell its models, in ms. */
const endpointTimeoutMs = 5_000

/** Gives the check of the language model. */
export function modelCheck({ io, signal }: Pick<CheckDeps, 'io' | 'signal'>, settings: ModelSettings): Check {
  return { id: 'model', title: 'Language model', find: () => checkModel({ io, signal }, settings) }
}

/** What the settings say of models. */
export interface ModelSettings {
  readonly url?: string | undefined
  readonly name?: string | undefined
  readonly key?: string | undefined
  /** File of a model that runs in the node. */
  readonly gguf?: string | undefined
  /** Whether servers and keys are looked for. */
  readonly detect: boolean
}

/** Finds what would answer. */
export async function checkModel(
  { io: { environment, fetch }, signal }: { io: Pick<CheckDeps['io'], 'environment' | 'fetch'>; signal: AbortSignal },
  { url, name, key, gguf, detect }: ModelSettings,
): Promise<Finding> {
  if (url !== undefined) {
    try {
      const models = await listModels({ fetch }, url, { key, timeoutMs: endpointTimeoutMs, signal })
      if (name !== undefined && !models.includes(name)) {
        return {
          status: 'warn',
          detail: `${url} does not list "${name}"`,
          fix: `Set SALP_MODEL to one of: ${models.slice(0, 8).join(', ')}`,
        }
      }
      return { status: 'pass', detail: `${name ?? plural(models.length, 'model')} at ${url}` }
    } catch (error) {
      signal.throwIfAborted()
      return {
        status: 'fail',
        detail: describeError(error),
        fix: 'Start that server, or correct SALP_MODEL_URL, SALP_MODEL_KEY or model.url',
      }
    }
  }
  if (gguf !== undefined) return checkGguf(gguf)
  if (!detect) {
    return {
      status: 'warn',
      detail: 'none is looked for; rules answer',
      fix: 'Set model.detect to true, or SALP_MODEL_URL to an endpoint',
    }
  }
  const servers = await detectServers({ fetch }, { signal })
  const keys = detectKeys(environment)
  const found = [
    ...servers.map(({ label, models }) => `${label} (${plural(models.length, 'model')})`),
    ...keys.map(({ provider, variable }) => `${provider.label} (${variable})`),
  ]
  if (found.length > 0) return { status: 'pass', detail: found.join(', ') }
  return {
    status: 'warn',
    detail: 'none found; rules answer, which understand commands and no more',
    fix: 'Start Ollama, LM Studio, llama.cpp or vLLM, set SALP_MODEL_URL to any OpenAI-compatible endpoint, or set a key such as ANTHROPIC_API_KEY',
  }
}

/** Whether a file begins as a GGUF does; that it can be run shows when the node opens it. */
function checkGguf(path: string): Finding {
  try {
    const file = openSync(path, 'r')
    const start = Buffer.alloc(4)
    try {
      readSync(file, start)
    } finally {
      closeSync(file)
    }
    if (start.toString('latin1') === 'GGUF') return { status: 'pass', detail: `${path}, in the node itself` }
    return { status: 'fail', detail: `${path} is not a GGUF file`, fix: 'Correct model.gguf, or fetch the file again' }
  } catch (error) {
    return { status: 'fail', detail: describeError(error), fix: 'Correct model.gguf' }
  }
}
