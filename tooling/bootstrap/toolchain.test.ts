import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensurePnpm, findNode, isSupported, withPrograms } from './toolchain.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'salp tools '))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text, { mode: 0o755 })
  return join(root, path)
}

describe('isSupported()', () => {
  test.each(['22.18.0', '22.20.1', '24.0.0', '26.1.0'])('takes Node %s', (version) => {
    expect(isSupported(version)).toBe(true)
  })

  test.each(['18.19.0', '20.20.2', '22.17.9'])('refuses Node %s', (version) => {
    expect(isSupported(version)).toBe(false)
  })
})

describe('findNode()', () => {
  test('takes the one that runs when it is new enough', () => {
    expect(findNode(root)).toBe(process.execPath)
  })
})

describe('ensurePnpm()', () => {
  test('takes the one that was fetched before, in the version that package.json names', async () => {
    write('package.json', '{ "packageManager": "pnpm@12.0.1+sha512.abc" }')
    const folder = `.toolchain/pnpm-12.0.1-${process.platform}-${process.arch}`
    const pnpm = write(`${folder}/node_modules/@pnpm/exe/pnpm`, '')
    write(`${folder}/program.json`, '{ "path": "node_modules/@pnpm/exe/pnpm", "version": "12.0.1" }')
    expect(await ensurePnpm(root, () => undefined)).toBe(pnpm)
  })
})

describe('withPrograms()', () => {
  test('puts their folders first, and turns telemetry off', () => {
    const environment = withPrograms({ PATH: '/bin' }, ['/a/pnpm', '/b c/node'])
    expect(environment).toMatchObject({ PATH: ['/a', '/b c', '/bin'].join(delimiter), TURBO_TELEMETRY_DISABLED: '1' })
  })

  test('hands what npm was told of the network on to pnpm, unless pnpm was told itself', () => {
    const told = { npm_config_registry: 'a', npm_config_https_proxy: 'b', pnpm_config_https_proxy: 'c' }
    expect(withPrograms(told, [])).toMatchObject({ pnpm_config_registry: 'a', pnpm_config_https_proxy: 'c' })
  })

  test('keeps the case of the variable, which Windows writes "Path"', () => {
    expect(withPrograms({ Path: '/bin' }, ['/a/pnpm'])).toMatchObject({ Path: ['/a', '/bin'].join(delimiter) })
  })
})
