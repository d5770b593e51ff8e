/** What a node knew of itself before it stopped. Damaged records count as missing: a wrong tag is worse than none. */
import { isTagKey, isTagValue } from '../domain/codec/record-codec.ts'
import { INCARNATION_KEY, TAGS_KEY } from '../kernel/members/own-record.ts'
import type { Store } from '../ports/store.ts'

type Tags = readonly (readonly [key: string, value: string])[]

export async function loadSelf(store: Store): Promise<{ readonly lastIncarnation: number; readonly tags: Tags }> {
  const [incarnation, tags] = await Promise.all([store.get('records', INCARNATION_KEY), store.get('records', TAGS_KEY)])
  const last = incarnation === undefined ? 0 : Number(new TextDecoder().decode(incarnation))
  return { lastIncarnation: Number.isSafeInteger(last) ? last : 0, tags: tags === undefined ? [] : readTags(tags) }
}

function readTags(bytes: Uint8Array): Tags {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return []
  }
  if (!Array.isArray(parsed)) return []
  return parsed.filter(
    (pair: unknown): pair is [string, string] =>
      Array.isArray(pair) &&
      pair.length === 2 &&
      typeof pair[0] === 'string' &&
      typeof pair[1] === 'string' &&
      isTagKey(pair[0]) &&
      isTagValue(pair[1]),
  )
}
