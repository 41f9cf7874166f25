import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { embedderSuite } from '../testing/internal/embedder-suite.js'
import { createOnnxEmbedder } from './onnx-embedder.js'
import { EmbedderRuntimeError, startOnnxThread } from './onnx-thread.js'
import { readSentenceModel } from './sentence-model.js'

const tiny = fileURLToPath(new URL('../../../../fixtures/tiny-embedder', import.meta.url))

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

/** A copy of the tiny model with some files changed, or taken away. */
async function changed(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'salp-embedder-'))
  folders.push(folder)
  await cp(tiny, folder, { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) await rm(join(folder, path))
    else await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

function cosine(a: ArrayLike<number> = [], b: ArrayLike<number> = []): number {
  return Array.from(a).reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}

embedderSuite({ name: 'createOnnxEmbedder()', create: () => createOnnxEmbedder({ folder: tiny }) })

test('the tiny model is what its script makes', async () => {
  const folder = await changed({ 'onnx/model.onnx': undefined, 'tokenizer.json': undefined })
  await promisify(execFile)(process.execPath, [join(folder, 'make.mjs')])
  for (const path of ['onnx/model.onnx', 'tokenizer.json']) {
    expect(await readFile(join(folder, path))).toEqual(await readFile(join(tiny, path)))
  }
})

describe('createOnnxEmbedder()', () => {
  test('gives the vectors that another implementation gives', async () => {
    await using embedder = await createOnnxEmbedder({ folder: tiny })
    const text = await readFile(join(tiny, 'expected.jsonl'), 'utf8')
    const cases: { text: string; vector: number[] }[] = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const vectors = await embedder.embed(cases.map(({ text }) => text))
    for (const [index, { vector }] of cases.entries()) expect(cosine(vectors[index], vector)).toBeCloseTo(1, 5)
  })

  test('knows words of one topic as related', async () => {
    await using embedder = await createOnnxEmbedder({ folder: tiny })
    const [cat, dog, ship] = await embedder.embed(['a cat', 'the dogs', 'a ship'])
    expect(cosine(cat, dog)).toBeGreaterThan(cosine(cat, ship) + 0.3)
  })

  test('reads width, length and id from the folder', async () => {
    await using embedder = await createOnnxEmbedder({ folder: tiny })
    expect(embedder).toMatchObject({ dimensions: 16, maxTokens: 64 })
    expect(embedder.modelId).toMatch(/^tiny-embedder@[0-9a-f]{12}$/)
    await using short = await createOnnxEmbedder({ folder: tiny, maxTokens: 8 })
    expect(short.modelId).not.toBe(embedder.modelId)
    const [long, cut] = await short.embed(['cat cat cat cat cat cat ship ship', 'cat cat cat cat cat cat'])
    expect(long).toEqual(cut)
  })

  test('puts the prompt of its purpose before a text', async () => {
    const prompts = { query: 'key ', passage: 'sea ' }
    const folder = await changed({ 'config_sentence_transformers.json': { prompts } })
    await using embedder = await createOnnxEmbedder({ folder })
    await using plain = await createOnnxEmbedder({ folder: tiny })
    expect(await embedder.embed(['cat'], { purpose: 'query' })).toEqual(await plain.embed(['key cat']))
    expect(await embedder.embed(['cat'])).toEqual(await plain.embed(['sea cat']))
  })

  test('pools by the first token where the folder says so', async () => {
    const folder = await changed({ '1_Pooling/config.json': { pooling_mode_cls_token: true } })
    await using embedder = await createOnnxEmbedder({ folder })
    const [cat, ship] = await embedder.embed(['cat', 'ship'])
    expect(cat).toEqual(ship)
  })

  test('runs a model that stands beside its tokenizer', async () => {
    const folder = await changed({ '1_Pooling/config.json': undefined, 'tokenizer_config.json': undefined })
    await cp(join(folder, 'onnx/model.onnx'), join(folder, 'model.onnx'))
    await rm(join(folder, 'onnx'), { recursive: true })
    await using embedder = await createOnnxEmbedder({ folder })
    expect(embedder.dimensions).toBe(16)
  })

  test.each([
    ['no model', { 'onnx/model.onnx': undefined }, 'it has no onnx/model.onnx or model.onnx: export the model to ONNX'],
    ['no tokenizer', { 'tokenizer.json': undefined }, 'it has no tokenizer.json'],
    ['no config', { 'config.json': undefined }, 'it has no config.json'],
    ['a broken config', { 'config.json': '{' }, 'its config.json cannot be read'],
    ['a config of another shape', { 'config.json': { pad_token_id: 'zero' } }, 'its config.json cannot be read'],
    ['a broken tokenizer', { 'tokenizer.json': '{"model":' }, 'its tokenizer cannot be used'],
    ['a tokenizer of another shape', { 'tokenizer.json': {} }, 'its tokenizer cannot be used'],
    ['a broken model', { 'onnx/model.onnx': 'no protobuf' }, 'its model cannot be used'],
    ['an empty model', { 'onnx/model.onnx': '' }, 'its model cannot be used'],
    [
      'other pooling',
      { '1_Pooling/config.json': { pooling_mode_max_tokens: true } },
      'pools by "pooling_mode_max_tokens"',
    ],
    [
      'a dense layer',
      { 'modules.json': [{ type: 'sentence_transformers.models.Dense' }] },
      'it has a module "sentence_transformers.models.Dense", which is not supported',
    ],
  ])('refuses a folder with %s', async (_, files, why) => {
    const folder = await changed(files)
    const opening = createOnnxEmbedder({ folder })
    await expect(opening).rejects.toMatchObject({ code: 'models/embedder', path: folder })
    await expect(opening).rejects.toThrow(why)
  })

  test('refuses a graph that asks for more than a text', async () => {
    const folder = await changed({})
    const graph = await readFile(join(folder, 'onnx/model.onnx'), 'latin1')
    await writeFile(join(folder, 'onnx/model.onnx'), graph.replaceAll('attention_mask', 'attention_bias'), 'latin1')
    await expect(createOnnxEmbedder({ folder })).rejects.toThrow('It asks for an input "attention_bias"')
  })

  test('fails for a text whose tokens the graph lacks, and goes on with the next', async () => {
    const tokenizer = await readFile(join(tiny, 'tokenizer.json'), 'utf8')
    const folder = await changed({ 'tokenizer.json': tokenizer.replace(/"cat": \d+/, '"cat": 5000') })
    await using embedder = await createOnnxEmbedder({ folder })
    await expect(embedder.embed(['cat'])).rejects.toMatchObject({
      code: 'models/embedding',
      embedder: embedder.modelId,
    })
    expect(await embedder.embed(['dog'])).toHaveLength(1)
  })

  test('gives an empty text a vector where the tokenizer adds nothing to it', async () => {
    const tokenizer = JSON.parse(await readFile(join(tiny, 'tokenizer.json'), 'utf8'))
    const folder = await changed({ 'tokenizer.json': { ...tokenizer, post_processor: null } })
    await using embedder = await createOnnxEmbedder({ folder })
    expect(await embedder.embed(['', 'cat'])).toHaveLength(2)
  })

  test('says what to do when its runtime is not installed', async () => {
    const model = await readSentenceModel({ folder: tiny })
    const starting = startOnnxThread(model, { runtime: 'onnxruntime-nowhere', threads: 1 })
    await expect(starting).rejects.toThrow(EmbedderRuntimeError)
    await expect(starting).rejects.toThrow('Install it beside @salp/models')
  })

  test('stops between two runs when the signal aborts, and can be asked again', async () => {
    await using embedder = await createOnnxEmbedder({ folder: tiny })
    const stop = new AbortController()
    const reason = new Error('enough')
    const embedding = embedder.embed(
      Array.from({ length: 2_000 }, (_, index) => `cat ${index}`),
      {
        signal: stop.signal,
      },
    )
    const failed = expect(embedding).rejects.toBe(reason)
    setImmediate(() => stop.abort(reason))
    await failed
    expect(await embedder.embed(['cat'])).toHaveLength(1)
  })

  test('lets a question in while it works through a pile', async () => {
    await using embedder = await createOnnxEmbedder({ folder: tiny })
    let done = false
    const pile = embedder.embed(Array.from({ length: 2_000 }, (_, index) => `ship ${index}`)).then(() => {
      done = true
    })
    await embedder.embed(['cat'])
    expect(done).toBe(false)
    await pile
  })

  test('rejects what it is asked once it is closed', async () => {
    const embedder = await createOnnxEmbedder({ folder: tiny })
    const waiting = embedder.embed(['cat'])
    const failed = expect(waiting).rejects.toMatchObject({ code: 'models/embedding' })
    await embedder.close()
    await embedder.close()
    await failed
    await expect(embedder.embed(['cat'])).rejects.toThrow('it is closed')
  })
})
