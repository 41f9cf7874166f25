/** Reads streams to their end. */

/** Collects what a stream gives. @throws What the stream fails with. */
export async function collect<Part>(stream: ReadableStream<Part>): Promise<Part[]> {
  const parts: Part[] = []
  for await (const part of stream) parts.push(part)
  return parts
}
