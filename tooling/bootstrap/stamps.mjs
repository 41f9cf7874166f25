// @ts-check
/** Remembers which state of the sources was installed and built, so that an unchanged clone starts at once. */

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const groups = ['packages', 'apps', 'tooling']
const skipped = new Set(['node_modules', 'dist', 'test', 'coverage'])

/**
 * Digest of everything an installation follows from: lockfile, manifests, machine.
 *
 * @param {string} root
 */
export function installDigest(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc']
  for (const folder of packageFolders(root)) files.push(`${folder}/package.json`)
  for (const file of files) {
    const path = join(root, file)
    hash.update(`\0${file}\0`).update(existsSync(path) ? readFileSync(path) : '')
  }
  return hash.digest('hex')
}

/**
 * Digest of what a build follows from, by name, size and time; what changed without a change of content costs a look
 * into the build cache, no more.
 *
 * @param {string} root
 */
export function buildDigest(root) {
  const hash = createHash('sha256').update(installDigest(root))
  for (const file of ['turbo.json', 'tsconfig.json']) addFile(hash, root, file)
  for (const folder of packageFolders(root)) addFolder(hash, root, folder)
  return hash.digest('hex')
}

/**
 * Tells whether every package that builds something has something built.
 *
 * @param {string} root
 */
export function hasOutputs(root) {
  return packageFolders(root).every((folder) => {
    const { scripts } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    return scripts?.build === undefined || existsSync(join(root, folder, 'dist'))
  })
}

/**
 * Creates a stamp: a file that holds the digest of what was done.
 *
 * @param {string} root
 * @param {'install' | 'build'} name
 * @returns {{ fits(digest: string): boolean, set(digest: string): void }}
 */
export function createStamp(root, name) {
  const path = join(root, 'node_modules', `.salp-${name}`)
  return {
    fits: (digest) => existsSync(path) && readFileSync(path, 'utf8') === digest,
    set: (digest) => writeFileSync(path, digest),
  }
}

/**
 * The folders of the workspace that hold a package, sorted.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function packageFolders(root) {
  return groups
    .filter((group) => existsSync(join(root, group)))
    .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort()
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} root
 * @param {string} folder
 */
function addFolder(hash, root, folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (skipped.has(entry.name) || entry.name.startsWith('.') || /\.test\.[a-z]+$|\.md$/.test(entry.name)) continue
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) addFolder(hash, root, path)
    else addFile(hash, root, path)
  }
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} root
 * @param {string} file
 */
function addFile(hash, root, file) {
  const found = statSync(join(root, file), { throwIfNoEntry: false })
  hash.update(`${file}\0${found?.size}\0${found?.mtimeMs}\n`)
}
