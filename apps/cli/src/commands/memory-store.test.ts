import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runCli } from '../cli.js'
import { createMemoryIo } from '../testing/memory-io.js'
import { temporaryHome } from '../testing/temporary-home.js'

/** Runs commands, one after the other, on a home that no node uses. */
function openHome() {
  const temporary = temporaryHome()
  const run = async (words: readonly string[], input = '') => {
    const { io, output, errors } = createMemoryIo({ input, folder: temporary.home.path })
    const exitCode = await runCli(['--home', temporary.home.path, 'memory', ...words], io)
    return { exitCode, output: output(), errors: errors() }
  }
  return { run, path: (name: string) => join(temporary.home.path, name), [Symbol.dispose]: temporary[Symbol.dispose] }
}

const mem0 = JSON.stringify({
  results: [
    { memory: 'Ann likes tea', created_at: '2024-01-01T00:00:00Z' },
    { memory: 'Ann lives in Oslo', created_at: '2024-01-02T00:00:00Z' },
  ],
})

describe('salp memory import, export', () => {
  test('reads what others wrote, and its own export back, each record once', async () => {
    using home = openHome()
    expect((await home.run(['import', '-'], mem0)).output).toBe('Added 2 records\n')
    const written = await home.run(['export', home.path('all.jsonl')])
    expect(written).toMatchObject({ exitCode: 0, errors: `Wrote 2 records to ${home.path('all.jsonl')}\n` })
    const printed = await home.run(['export'])
    expect(printed.output).toBe(readFileSync(home.path('all.jsonl'), 'utf8'))
    expect((await home.run(['import', home.path('all.jsonl')])).output).toBe('Added 0 records\n')
    expect((await home.run(['import', home.path('all.jsonl'), '--file', home.path('other.db')])).output).toBe(
      'Added 2 records\n',
    )
  })

  test('takes all or nothing of a broken file, and says where', async () => {
    using home = openHome()
    await home.run(['import', '-'], mem0)
    const { output } = await home.run(['export'])
    const broken = `${output.replaceAll('"id":"', '"id":"x')}{"id":"y","recordedAt":1}\n`
    const refused = await home.run(['import', '-'], broken)
    expect([refused.exitCode, refused.errors]).toEqual([1, expect.stringContaining('line 3')])
    expect((await home.run(['export'])).output).toBe(output)
  })
})

describe('salp memory check, curate', () => {
  test('find an intact memory, and tell what a pass would do before it does', async () => {
    using home = openHome()
    await home.run(['import', '-'], mem0)
    await home.run(['import', '-'], mem0.replaceAll('Ann likes tea', 'ann likes tea!'))
    expect(await home.run(['check'])).toMatchObject({ exitCode: 0, output: 'The memory is intact\n' })
    const dry = JSON.parse((await home.run(['curate', '--dry-run', '--json'])).output)
    expect(dry.merged).toHaveLength(1)
    expect(JSON.parse((await home.run(['curate', '--json'])).output)).toEqual({ ...dry, dryRun: false })
    expect((await home.run(['curate'])).output).toContain('0 repeats closed')
  })
})

describe('salp memory notes', () => {
  test('writes pages into a folder and reads notes from it', async () => {
    using home = openHome()
    await home.run(['import', '-'], mem0)
    mkdirSync(home.path('wiki'))
    writeFileSync(home.path('wiki/mine.md'), 'The pump hums at night.\n')
    expect((await home.run(['notes', 'wiki'])).output).toBe(
      '1 record remembered, 0 changed, 0 retracted, 1 note written\n',
    )
    expect(readFileSync(home.path('wiki/facts/ann.md'), 'utf8')).toContain('- Ann lives in Oslo')
    expect((await home.run(['notes', 'wiki'])).output).toContain('0 notes written')
  })

  test('asks for a folder where none is set', async () => {
    using home = openHome()
    expect(await home.run(['notes'])).toMatchObject({ exitCode: 2, errors: expect.stringContaining('memory.notes') })
  })
})

describe('salp memory calibrate', () => {
  test('says what it lacks: an embedder, a terminal, questions that can be read', async () => {
    using home = openHome()
    expect(await home.run(['calibrate'])).toMatchObject({ exitCode: 2, errors: expect.stringContaining('no embedder') })
    expect(await home.run(['calibrate', '--ask', '3'])).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('no terminal'),
    })
  })

  test('measures on judged questions with a sentence model, and saves the weight', async () => {
    using home = openHome()
    const model = join(import.meta.dirname, '../../../../fixtures/tiny-embedder')
    writeFileSync(home.path('config.json'), JSON.stringify({ server: { port: 0 }, memory: { sentenceModel: model } }))
    const facts = Array.from({ length: 20 }, (_, index) => ({ memory: `Pump ${index} stands in hall ${index * 7}` }))
    expect(await home.run(['import', '-'], JSON.stringify({ results: facts }))).toMatchObject({
      exitCode: 0,
      errors: '',
    })
    const ids = (await home.run(['export'])).output
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id)
    const questions = ids.map((id, index) => JSON.stringify({ text: `Where is pump ${index}?`, ids: [id] }))
    writeFileSync(home.path('few.jsonl'), questions.slice(1).join('\n'))
    expect(await home.run(['calibrate', '--questions', home.path('few.jsonl')])).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining('19 questions'),
    })
    writeFileSync(home.path('questions.jsonl'), questions.join('\n'))
    const { output, errors } = await home.run(['calibrate', '--save', '--json'])
    const { tuning } = JSON.parse(output)
    expect(JSON.parse(readFileSync(home.path('config.json'), 'utf8'))).toEqual({
      server: { port: 0 },
      memory: { sentenceModel: model, vectorWeight: tuning.vectors, likeness: tuning.likeness },
    })
    expect(errors).toContain('Saved')
    expect(existsSync(home.path('config.json.draft'))).toBe(false)
    writeFileSync(home.path('questions.jsonl'), '{"text":1}')
    expect(await home.run(['calibrate'])).toMatchObject({ exitCode: 2, errors: expect.stringContaining('line 1') })
  })
})
