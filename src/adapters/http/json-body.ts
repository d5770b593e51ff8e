/**
 * JSON of strangers: bounded before anything else looks at it. `JSON.parse` makes `__proto__` an own key, harmless
 * until somebody copies the object key by key; so such keys are refused here (SECURITY.md A22).
 */
import { JSON_DEPTH_MAX, JSON_KEYS_MAX } from './limits.ts'

export type ParsedJson =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }

const FORBIDDEN_KEYS = ['__proto__', 'constructor', 'prototype']
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Parses JSON in UTF-8 within the bounds of limits.ts. */
export function parseJson(bytes: Uint8Array): ParsedJson {
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(bytes))
  } catch (error) {
    return { ok: false, message: error instanceof SyntaxError ? 'the body is not JSON' : 'the body is not UTF-8' }
  }
  const fault = findFault(value, 1)
  return fault === null ? { ok: true, value } : { ok: false, message: fault }
}

function findFault(value: unknown, depth: number): string | null {
  if (typeof value !== 'object' || value === null) return null
  if (depth > JSON_DEPTH_MAX) return `the body is nested more than ${JSON_DEPTH_MAX} deep`
  if (!Array.isArray(value)) {
    const keys = Object.keys(value)
    if (keys.length > JSON_KEYS_MAX) return `an object of the body has more than ${JSON_KEYS_MAX} keys`
    const forbidden = keys.find((key) => FORBIDDEN_KEYS.includes(key))
    if (forbidden !== undefined) return `the key "${forbidden}" is not allowed`
  }
  for (const item of Object.values(value)) {
    const fault = findFault(item, depth + 1)
    if (fault !== null) return fault
  }
  return null
}
