import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkMemory } from '../check.js'
import { openNoteFolder } from '../node/note-folder.js'
import { openMemory, said } from '../testing/internal/open.js'
import { createWiki, type NoteFolder } from './wiki.js'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'salp wiki '))
})
afterEach(() => rmSync(root, { recursive: true }))

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const get = (path: string): string => readFileSync(join(root, path), 'utf8')
const edit = (path: string, from: string, to: string): void => {
  expect(get(path)).toContain(from)
  put(path, get(path).replace(from, to))
}

async function openWiki(over: (folder: NoteFolder) => NoteFolder = (folder) => folder) {
  const open = openMemory()
  const wiki = createWiki({ ...open, folder: over(await openNoteFolder(root)) })
  const contents = async (): Promise<string[]> => (await open.memory.list()).map(({ content }) => content)
  return { ...open, wiki, contents }
}

const nothing = { remembered: 0, changed: 0, retracted: 0, written: [], skipped: [] }

describe('sync() of notes', () => {
  test('remembers paragraphs and items under their headings, as the word of the user', async () => {
    const { wiki, memory, contents } = await openWiki()
    put(
      'ops/deploy.md',
      '---\ntags: x\n---\n# Deploy key\n\nIt rotates\non Fridays.\n\n## Steps\n\n- Open the vault\n- Copy it\n  twice\n\n```\nvault open\n\n# no heading\n```\n\n---\n',
    )
    expect(await wiki.sync()).toMatchObject({ remembered: 4, written: [] })
    expect((await contents()).sort()).toEqual([
      'Deploy key\n\nIt rotates on Fridays.',
      'Steps\n\nCopy it twice',
      'Steps\n\nOpen the vault',
      'Steps\n\nvault open\n\n# no heading',
    ])
    const [hit] = (await memory.recall('when does the deploy key rotate?')).hits
    expect(await memory.get(hit?.id ?? '')).toMatchObject({
      verification: 'stated',
      thread: 'note ops/deploy.md',
      source: { author: 'user', channel: 'wiki' },
    })
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('lets a changed block take the place of the old, and retracts a deleted one', async () => {
    const { wiki, memory, contents } = await openWiki()
    put('a.md', '# Office\n\nThe office opens at nine in the morning.\n\nCoffee is on the third floor.\n')
    await wiki.sync()
    put('a.md', '# Office\n\nThe office opens at ten in the morning.\n')
    expect(await wiki.sync()).toMatchObject({ remembered: 0, changed: 1, retracted: 1 })
    expect(await contents()).toEqual(['Office\n\nThe office opens at ten in the morning.'])
    const [now] = await memory.list()
    expect((await memory.history(now?.id ?? '')).map(({ content }) => content)).toEqual([
      'Office\n\nThe office opens at nine in the morning.',
    ])
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('follows a block to another note', async () => {
    const { wiki, memory } = await openWiki()
    put('a.md', 'The pump hums at night.\n')
    await wiki.sync()
    const [before] = await memory.list()
    rmSync(join(root, 'a.md'))
    put('b.md', 'The pump hums at night.\n')
    expect(await wiki.sync()).toEqual(nothing)
    expect(await memory.list()).toEqual([before])
  })

  test('takes what was forgotten out of its note, and does not read it again', async () => {
    const { wiki, memory, db } = await openWiki()
    put('a.md', '# Me\r\n\r\nMy locker is 4711.\r\n\r\nI like tea.\r\n')
    await wiki.sync()
    const [hit] = (await memory.recall('my locker')).hits
    await memory.forget(hit?.id ?? '')
    expect(await wiki.sync()).toMatchObject({ ...nothing, written: ['a.md'] })
    expect(get('a.md')).toBe('# Me\r\n\r\n\r\nI like tea.\r\n')
    expect(await wiki.sync()).toEqual(nothing)
    expect((await memory.stats()).records).toBe(1)
    expect(checkMemory(db).intact).toBe(true)
  })

  test('keeps a record that stands in two notes until both have lost it', async () => {
    const { wiki, contents } = await openWiki()
    put('a.md', 'The pump hums.\n')
    put('b.md', 'The pump hums.\n')
    expect(await wiki.sync()).toMatchObject({ remembered: 1 })
    rmSync(join(root, 'a.md'))
    expect(await wiki.sync()).toEqual(nothing)
    rmSync(join(root, 'b.md'))
    expect(await wiki.sync()).toMatchObject({ retracted: 1 })
    expect(await contents()).toEqual([])
  })

  test('passes over what is not UTF-8, too long for a record, hidden or linked, and says so', async () => {
    const { wiki, contents } = await openWiki()
    writeFileSync(join(root, 'broken.md'), Buffer.from([0x41, 0xff, 0x42]))
    put('long.md', `${'word '.repeat(20_000)}\n\nShort.\n`)
    put('.obsidian/x.md', 'Hidden.')
    put('outside.txt', 'No note.')
    symlinkSync(join(root, 'outside.txt'), join(root, 'link.md'))
    const { skipped } = await wiki.sync()
    expect(skipped).toEqual([
      { path: 'broken.md', reason: expect.stringContaining('not UTF-8') },
      { path: 'long.md', reason: expect.stringContaining('99999 bytes') },
    ])
    expect(await contents()).toEqual(['Short.'])
  })

  test('refuses to retract most of what it knows, unless told to', async () => {
    const { wiki, contents } = await openWiki()
    put('a.md', Array.from({ length: 12 }, (_, index) => `Pump ${index} stands in hall ${index}.\n`).join('\n'))
    await wiki.sync()
    rmSync(join(root, 'a.md'))
    await expect(wiki.sync()).rejects.toMatchObject({ code: 'memory/wiki-removal' })
    expect(await contents()).toHaveLength(12)
    expect(await wiki.sync({ allowRemoval: true })).toMatchObject({ retracted: 12 })
  })
})

describe('sync() of pages', () => {
  test('writes each record as one item, and one more record as one more line', async () => {
    const { wiki, memory } = await openWiki()
    await memory.rememberAll([
      said('The deploy key rotates on Fridays'),
      said('I prefer tea', { kind: 'preference' }),
      said('We met Ann', { kind: 'event' }),
      said('Nobody knows', { sensitivity: 'confidential' }),
    ])
    const { written } = await wiki.sync()
    expect(written).toEqual(['facts/deploy-key.md', 'preferences.md', 'journal/2024-01.md'])
    const before = get('preferences.md').split('\n')
    await memory.remember(said('I prefer short answers\nwithout lists', { kind: 'preference' }))
    expect((await wiki.sync()).written).toEqual(['preferences.md'])
    const added = get('preferences.md')
      .split('\n')
      .filter((line) => !before.includes(line))
    expect(added).toEqual(['- I prefer short answers', '  without lists', expect.stringMatching(/^ {2}<!-- \S+ -->$/)])
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('takes up changed, new and deleted items', async () => {
    const { wiki, memory, contents } = await openWiki()
    await memory.rememberAll([
      said('I prefer tea', { kind: 'preference' }),
      said('I like the window seat', { kind: 'preference' }),
    ])
    await wiki.sync()
    edit('preferences.md', 'I prefer tea', 'I prefer coffee in the morning')
    put(
      'preferences.md',
      `${get('preferences.md')
        .split('\n')
        .filter((line) => !line.includes('window'))
        .join('\n')}- No meetings before nine\n`,
    )
    expect(await wiki.sync()).toMatchObject({ remembered: 1, changed: 1, retracted: 1 })
    expect((await contents()).sort()).toEqual(['I prefer coffee in the morning', 'No meetings before nine'])
    expect((await memory.list()).map(({ kind }) => kind)).toEqual(['preference', 'preference'])
    expect(get('preferences.md').match(/<!-- \S+ -->/g)).toHaveLength(2)
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('shows the newest version in the place of the old, and leaves a line out once forgotten', async () => {
    const { wiki, memory } = await openWiki()
    await memory.rememberAll([said('The deploy key rotates on Fridays'), said('The deploy key is owned by Ann')])
    await wiki.sync()
    await memory.remember(said('The deploy key rotates on Mondays'))
    await wiki.sync()
    expect(get('facts/deploy-key.md')).toMatch(
      /- The deploy key rotates on Mondays <!-- .* -->\n- The deploy key is owned/,
    )
    await memory.forget({ author: 'user' })
    expect((await wiki.sync()).written).toEqual(['facts/deploy-key.md'])
    expect(existsSync(join(root, 'facts/deploy-key.md'))).toBe(false)
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('lets an edit win over a version the editor had not seen', async () => {
    const { wiki, memory, contents } = await openWiki()
    await memory.remember(said('The deploy key rotates on Fridays'))
    await wiki.sync()
    await memory.remember(said('The deploy key rotates on Mondays'))
    edit('facts/deploy-key.md', 'on Fridays', 'on Sundays')
    await wiki.sync()
    expect(await contents()).toEqual(['The deploy key rotates on Sundays'])
    expect(get('facts/deploy-key.md')).toContain('Sundays')
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('leaves a note of a person alone that has the name of a page', async () => {
    const { wiki, memory } = await openWiki()
    put('preferences.md', 'Mine.\n')
    await memory.remember(said('I prefer tea', { kind: 'preference' }))
    expect((await wiki.sync()).written).toEqual(['preferences-page.md'])
    expect(get('preferences.md')).toBe('Mine.\n')
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('does not write over what changed meanwhile, and takes it up next', async () => {
    let busy = false
    const { wiki, memory, contents } = await openWiki((folder) => ({
      ...folder,
      async write(path, text, expected) {
        if (busy) edit(path, 'I prefer tea', 'I prefer milk')
        busy = false
        return folder.write(path, text, expected)
      },
    }))
    await memory.remember(said('I prefer tea', { kind: 'preference' }))
    await wiki.sync()
    busy = true
    await memory.remember(said('I prefer the window', { kind: 'preference' }))
    expect(await wiki.sync()).toMatchObject({
      written: [],
      skipped: [{ path: 'preferences.md', reason: expect.stringContaining('meanwhile') }],
    })
    await wiki.sync()
    expect((await contents()).sort()).toEqual(['I prefer milk', 'I prefer the window'])
    expect(get('preferences.md')).toMatch(/milk.*\n- I prefer the window/)
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('makes a pass good that was cut short before it wrote', async () => {
    let broken = true
    const { wiki, memory, contents } = await openWiki((folder) => ({
      ...folder,
      async write(...note) {
        if (broken) throw new Error('No space left on device')
        return folder.write(...note)
      },
    }))
    await memory.remember(said('I prefer tea', { kind: 'preference' }))
    await expect(wiki.sync()).rejects.toThrow('No space')
    broken = false
    expect((await wiki.sync()).written).toEqual(['preferences.md'])
    broken = true
    edit('preferences.md', 'tea', 'milk')
    await expect(wiki.sync()).rejects.toThrow('No space')
    expect(await contents()).toEqual(['I prefer milk'])
    broken = false
    expect((await wiki.sync()).written).toEqual(['preferences.md'])
    expect(await contents()).toEqual(['I prefer milk'])
    expect(await wiki.sync()).toEqual(nothing)
  })

  test('gives hostile contents one item each, and reads them back unchanged', async () => {
    const { wiki, memory } = await openWiki()
    const contents = [
      '- a\n- b',
      '# no heading',
      '```\ncode\n\nmore\n```',
      'x <!-- fake --> y',
      '../../etc/passwd',
      '*',
    ]
    await memory.rememberAll(contents.map((content) => said(content, { kind: 'preference' })))
    await wiki.sync()
    const before = await memory.list()
    expect(await wiki.sync()).toEqual(nothing)
    put('preferences.md', get('preferences.md').replace('# Preferences', '# Mine'))
    expect(await wiki.sync()).toEqual(nothing)
    expect(await memory.list()).toEqual(before)
  })
})

describe('openNoteFolder()', () => {
  test('refuses paths outside of the folder', async () => {
    const folder = await openNoteFolder(root)
    await expect(folder.write('../x.md', 'x', undefined)).rejects.toMatchObject({ code: 'memory/wiki-note' })
  })
})
