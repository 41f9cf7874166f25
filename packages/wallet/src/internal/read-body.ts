/** Bodies of answers, up to a limit. */

/** Reads a body whole, as UTF-8. @throws {@link BodyTooLarge} once it is more than `maxBytes`. */
export async function readBody(response: Response, maxBytes: number): Promise<string> {
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let [text, size] = ['', 0]
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      throw new BodyTooLarge()
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

/** A body that is more than was to be read. */
export class BodyTooLarge extends Error {}
