import type { IncomingMessage } from 'node:http'
import { CONTROL_BODY_BYTES_MAX } from './limits.ts'

/** The body of a request as a JSON object; null where it is anything else, too long or broken off. */
export async function readObject(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | null> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      if (size > CONTROL_BODY_BYTES_MAX) return null
      chunks.push(chunk)
    }
    const document: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return typeof document === 'object' && document !== null && !Array.isArray(document)
      ? (document as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
