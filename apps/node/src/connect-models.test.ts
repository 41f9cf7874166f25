import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, migrate, silentLogger } from '@salp/core'
import { openDatabase, systemClock } from '@salp/core/node'
import { modelsMigrations } from '@salp/models'
import { afterEach, describe, expect, test } from 'vitest'
import { connectModels } from './connect-models.js'
import { settingsSchema } from './settings.js'

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

const connect = (model: Record<string, unknown>) => {
  const db = openDatabase(':memory:')
  migrate(db, 'models', modelsMigrations)
  const fetch = () => Promise.reject(new TypeError('No network'))
  const models = connectModels(
    { db, clock: systemClock, rng: createRng('models'), log: silentLogger, fetch, environment: {} },
    settingsSchema.parse({ model }).model,
  )
  endings.push(
    () => db.close(),
    () => models.close(),
  )
  return models
}
const hello = { prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello' }] }] }

describe('connectModels() with a GGUF file', () => {
  test('fails a turn, and says why, while the file is missing or something else; rules do not stand in', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'salp gguf '))
    endings.push(() => rm(folder, { recursive: true }))
    const gguf = join(folder, 'model.gguf')
    const models = connect({ gguf })
    await models.warmUp()
    await expect(models.model.doGenerate(hello)).rejects.toMatchObject({ code: 'models/gguf', path: gguf })
    expect(models.status().model).toMatchObject({ name: gguf, reflex: false })
    await writeFile(gguf, 'no model')
    await expect(models.model.doGenerate(hello)).rejects.toThrow(/is not a GGUF file/)
  })
})

describe('connectModels() with nothing', () => {
  test('lets rules answer, and closes', async () => {
    const models = connect({ detect: false })
    expect(await models.model.doGenerate(hello)).toMatchObject({ finishReason: { unified: 'stop' } })
    expect(models.status().model).toMatchObject({ provider: 'rules', reflex: true })
    await models.close()
  })

  test('has rules go by what the person said, and not by what is told beside it', async () => {
    const { model } = connect({ detect: false })
    const context = {
      type: 'text' as const,
      text: 'create a task to mop',
      providerOptions: { salp: { context: true } },
    }
    const said = { type: 'text' as const, text: 'Thanks!' }
    const tools = [{ type: 'function' as const, name: 'create_task', inputSchema: {} }]
    const answer = (content: (typeof context | typeof said)[]) =>
      model
        .doGenerate({ prompt: [{ role: 'user', content }], tools })
        .then(({ content: parts }) => parts.map(({ type }) => type))
    expect(await answer([context, said])).toEqual(['text'])
    expect(await answer([{ ...said, text: context.text }])).toContain('tool-call')
  })
})
