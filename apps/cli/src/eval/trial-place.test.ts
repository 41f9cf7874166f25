import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryHome } from '../testing/temporary-home.js'
import { makeTrialPlace, trialEnvironment, trialSettings } from './trial-place.js'

describe('makeTrialPlace()', () => {
  test('has the settings and the files, reads text files back, and goes away', () => {
    const place = makeTrialPlace({ model: { detect: false } }, { 'docs/a.txt': 'a' })
    const { home, workspace } = place
    expect(JSON.parse(readFileSync(home.config, 'utf8'))).toEqual({ model: { detect: false } })
    writeFileSync(join(workspace, 'b.txt'), 'b')
    writeFileSync(join(workspace, 'picture'), Buffer.from([0, 1]))
    mkdirSync(join(workspace, '.git'))
    writeFileSync(join(workspace, '.git', 'HEAD'), 'ref')
    symlinkSync(home.config, join(workspace, 'link'))
    expect(place.files()).toEqual({ 'b.txt': 'b', 'docs/a.txt': 'a' })
    place[Symbol.dispose]()
    expect(existsSync(dirname(workspace))).toBe(false)
  })
})

describe('trialSettings()', () => {
  test('takes model, manner and memory, and leaves what reaches beyond them', () => {
    using temporary = temporaryHome()
    const { home } = temporary
    expect(trialSettings(home)).toEqual({})
    const config = {
      server: { port: 9 },
      model: { name: 'm', key: 'k' },
      agent: { name: 'A', secondKeys: { b: {} } },
      memory: { notes: '/notes', readPerDay: 3 },
      wallet: { chain: 'base' },
      mcp: { servers: { files: {} } },
      a2a: { peers: { b: 'https://b.example' } },
    }
    writeFileSync(home.config, `\uFEFF${JSON.stringify(config)}`)
    expect(JSON.parse(JSON.stringify(trialSettings(home)))).toEqual({
      model: { name: 'm', key: 'k' },
      agent: { name: 'A' },
      memory: { readPerDay: 3 },
    })
    writeFileSync(home.config, '{')
    expect(() => trialSettings(home)).toThrow('Cannot read the settings')
  })
})

describe('trialEnvironment()', () => {
  test('has the model and the manner, and nothing else of the agent', () => {
    const own = { PATH: '/bin', OPENAI_API_KEY: 'k', SALP_MODEL: 'm', SALP_MODEL_URL: 'u', SALP_AGENT_TAINT: 'false' }
    const left = { SALP_HOME: 'h', SALP_WALLET_CHAIN: 'base', SALP_MEMORY_NOTES: 'n', SALP_AGENT_SECOND_KEYS: '{}' }
    expect(trialEnvironment({ ...own, ...left })).toEqual(own)
  })
})
