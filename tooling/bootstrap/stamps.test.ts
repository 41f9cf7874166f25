import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildDigest, createStamp, hasOutputs, installDigest, packageFolders } from './stamps.mjs'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'salp stamps '))
  write('package.json', '{}')
  write('pnpm-lock.yaml', 'lock')
  write('packages/core/package.json', '{ "scripts": { "build": "tsup" } }')
  write('packages/core/src/index.ts', '1')
  write('tooling/presets/package.json', '{}')
  write('node_modules/a', '')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

describe('installDigest()', () => {
  test.each(['package.json', 'pnpm-lock.yaml', 'packages/core/package.json', 'apps/node/package.json'])(
    'changes with %s',
    (path) => {
      const before = installDigest(root)
      write(path, '{ "changed": true }')
      expect(installDigest(root)).not.toBe(before)
    },
  )

  test('stays when a source, or only the time of a file, changes', () => {
    const before = installDigest(root)
    write('packages/core/src/index.ts', '2')
    utimesSync(join(root, 'package.json'), new Date(0), new Date(0))
    expect(installDigest(root)).toBe(before)
  })
})

describe('buildDigest()', () => {
  test.each([
    'packages/core/src/deep/new.ts',
    'packages/core/tsup.config.ts',
    'tooling/presets/tsup.ts',
    'turbo.json',
    'pnpm-lock.yaml',
  ])('changes with %s', (path) => {
    const before = buildDigest(root)
    write(path, 'changed')
    expect(buildDigest(root)).not.toBe(before)
  })

  test('changes when a file goes, and when only its time changes', () => {
    const before = buildDigest(root)
    utimesSync(join(root, 'packages/core/src/index.ts'), new Date(0), new Date(0))
    const touched = buildDigest(root)
    rmSync(join(root, 'packages/core/src/index.ts'))
    expect(new Set([before, touched, buildDigest(root)]).size).toBe(3)
  })

  test.each([
    'packages/core/src/index.test.ts',
    'packages/core/dist/index.js',
    'packages/core/node_modules/a/index.js',
    'packages/core/README.md',
    'packages/core/.turbo/log',
  ])('stays with %s', (path) => {
    const before = buildDigest(root)
    write(path, 'changed')
    expect(buildDigest(root)).toBe(before)
  })
})

describe('hasOutputs()', () => {
  test('asks each package that builds for its dist', () => {
    expect(hasOutputs(root)).toBe(false)
    write('packages/core/dist/index.js', '')
    expect(hasOutputs(root)).toBe(true)
  })
})

describe('packageFolders()', () => {
  test('lists folders with a package.json', () => {
    write('packages/empty/readme', '')
    expect(packageFolders(root)).toEqual(['packages/core', 'tooling/presets'])
  })
})

describe('createStamp()', () => {
  test('fits the digest it was set to, across instances, and nothing before', () => {
    expect(createStamp(root, 'build').fits('a')).toBe(false)
    createStamp(root, 'build').set('a')
    expect(createStamp(root, 'build').fits('a')).toBe(true)
    expect(createStamp(root, 'build').fits('b')).toBe(false)
    expect(createStamp(root, 'install').fits('a')).toBe(false)
  })
})
