import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordingLogger } from '@salp/core/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openPolicy } from './policy.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salp policy '))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (text: string, name = 'policy.yaml') => writeFileSync(join(folder, name), text)
const open = () => openPolicy({ folder, log: recordingLogger() })

describe('openPolicy()', () => {
  test('has no rules where there is no file', () => {
    expect(open()()).toEqual({ status: 'read', rules: [] })
  })

  test('follows the file as it is now', () => {
    const policy = open()
    write('version: 1\nrules:\n  - tool: fetch_url\n    tier: deny\n')
    expect(policy()).toEqual({ status: 'read', rules: [{ tool: 'fetch_url', tier: 'deny' }] })
    rmSync(join(folder, 'policy.yaml'))
    expect(policy()).toEqual({ status: 'read', rules: [] })
    write('{ "version": 1, "rules": [{ "tier": "ask" }] }', 'policy.json')
    expect(policy()).toEqual({ status: 'read', rules: [{ tier: 'ask' }] })
  })

  test('lets nothing through once the file is broken, until it is mended', () => {
    write('version: 1\nrules: []\n')
    const policy = open()
    write('version: 1\nrules:\n  - tool: fetch_url\n    tire: deny\n')
    expect(policy()).toMatchObject({ status: 'broken', reason: expect.stringContaining('line 3') })
    expect(policy()).toMatchObject({ status: 'broken' })
    write('version: 1\nrules:\n  - tool: fetch_url\n    tier: deny\n')
    expect(policy()).toMatchObject({ status: 'read' })
  })

  test('does not begin with a file that is broken, nor with two', () => {
    write('rules: [')
    expect(open).toThrow(expect.objectContaining({ code: 'agent/policy' }))
    write('version: 1\nrules: []\n')
    write('{}', 'policy.json')
    expect(open).toThrow(expect.objectContaining({ code: 'node/policy' }))
  })
})
