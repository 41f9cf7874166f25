/** Images that people send: checked as they come in, kept with the message, given to models as bytes. */

import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Middleware,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider'

/** One image, as base64. */
export interface TurnImage {
  readonly mediaType: string
  readonly data: string
}

/** Images of one message; their bytes, each and together. What models take at most is about this. */
const most = { images: 10, bytes: 5_000_000, totalBytes: 12_000_000 } as const

/** What models understand, and the bytes that each begins with, as base64. */
const kinds: ReadonlyMap<string, RegExp> = new Map([
  ['image/png', /^iVBORw0KGg/],
  ['image/jpeg', /^\/9j\//],
  ['image/gif', /^R0lGOD/],
  ['image/webp', /^UklGR.{6}XRUJQ/],
])

/** Why images are not taken; nothing if they are. */
export function refusalOfImages(images: readonly TurnImage[]): string | undefined {
  if (images.length > most.images) return `it has ${images.length} images, at most ${most.images} are taken`
  let total = 0
  for (const [index, { mediaType, data }] of images.entries()) {
    const which = `image ${index + 1}`
    const begins = kinds.get(mediaType)
    if (begins === undefined) return `${which} is none of ${[...kinds.keys()].join(', ')}`
    const bytes = bytesOf(data)
    if (bytes > most.bytes) return `${which} has ${bytes} bytes, at most ${most.bytes} are taken`
    total += bytes
    if (total > most.totalBytes) return `its images have more than ${most.totalBytes} bytes together`
    if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return `${which} is no base64`
    if (!begins.test(data.slice(0, 24))) return `${which} is no ${mediaType}`
  }
  return undefined
}

/** Length of what base64 stands for. */
function bytesOf(base64: string): number {
  return Math.floor((base64.length * 3) / 4) - (/={0,2}$/.exec(base64)?.[0].length ?? 0)
}

/** An image as a part of a message, as it is kept. */
export function toImagePart({ mediaType, data }: TurnImage): LanguageModelV4FilePart {
  return { type: 'file', mediaType, data: { type: 'data', data } }
}

/** The images of a message that was kept. */
export function imagesIn({ role, content }: LanguageModelV4Message): TurnImage[] {
  if (role !== 'user') return []
  return content.flatMap((part) =>
    part.type === 'file' && part.data.type === 'data' && typeof part.data.data === 'string'
      ? [{ mediaType: part.mediaType, data: part.data.data }]
      : [],
  )
}

/** A message with its images as bytes: what estimates the size of a prompt by its text passes over them. */
export function withBytes(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== 'user' || imagesIn(message).length === 0) return message
  return {
    ...message,
    content: message.content.map((part) =>
      part.type === 'file' && part.data.type === 'data' && typeof part.data.data === 'string'
        ? { ...part, data: { type: 'data', data: fromBase64(part.data.data) } }
        : part,
    ),
  }
}

function fromBase64(base64: string): Uint8Array {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
  return bytes
}

/**
 * Creates middleware for a model that cannot look at images: it is told of them in words, and the person is told with the
 * reply. What was kept stays as it is, for a model that can.
 */
export function withoutImages(): LanguageModelV4Middleware {
  return {
    specificationVersion: 'v4',
    transformParams: async ({ params }) => ({ ...params, prompt: params.prompt.map(inWords) }),
    async wrapGenerate({ doGenerate, params }) {
      const result = await doGenerate()
      if (!endsUnseen(params.prompt) || result.content.length === 0) return result
      return { ...result, content: [{ type: 'text', text: unseen }, ...result.content] }
    },
    async wrapStream({ doStream, params }) {
      const result = await doStream()
      return endsUnseen(params.prompt) ? { ...result, stream: result.stream.pipeThrough(told()) } : result
    },
  }
}

const unseen =
  '*The model that answers cannot look at images. Yours are kept with your message, for one that can.*\n\n' as const

/** Marks the note of an image, and what stands beside the person's own words. */
const note = { salp: { context: true, image: true } } as const

function inWords(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== 'user') return message
  let number = 0
  return {
    ...message,
    content: message.content.map((part) =>
      part.type === 'file' && part.mediaType.startsWith('image')
        ? { type: 'text', text: `[Image ${++number} cannot be shown to you]`, providerOptions: note }
        : part,
    ),
  }
}

/** Whether the last word is the person's, with an image that was not shown. */
function endsUnseen(prompt: LanguageModelV4Prompt): boolean {
  const last = prompt.at(-1)
  return last?.role === 'user' && last.content.some(({ providerOptions }) => providerOptions?.salp?.image === true)
}

/** Says it before the first content: a model that fails without any makes way for another, which may see. */
function told(): TransformStream<LanguageModelV4StreamPart, LanguageModelV4StreamPart> {
  let said = false
  return new TransformStream({
    transform(part, controller) {
      if (!said && (part.type === 'text-start' || part.type === 'tool-input-start' || part.type === 'tool-call')) {
        said = true
        controller.enqueue({ type: 'text-start', id: 'images' })
        controller.enqueue({ type: 'text-delta', id: 'images', delta: unseen })
        controller.enqueue({ type: 'text-end', id: 'images' })
      }
      controller.enqueue(part)
    },
  })
}
