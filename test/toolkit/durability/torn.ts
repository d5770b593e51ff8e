/**
 * Every way in which the end of the database's log may be torn: cut at any byte of the last records, any bit of its
 * last bytes flipped. Whatever is left must open, and serve nothing but what was written.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDiskStore } from '../../../src/adapters/store/open-disk-store.ts'
import { createPrng } from '../../../src/lib/prng.ts'

export interface TornFigures {
  readonly images: number
  readonly corruptServed: number
  readonly failuresToOpen: number
  /** Images that served a later record without an earlier one. */
  readonly holes: number
  /** Records that stood before the damage and were not served. */
  readonly soundLost: number
}

export interface TornOptions {
  /** Each how-manieth cut and flip is tried; 1: all. */
  readonly every: number
  readonly onProgress: (images: number, total: number) => void
}

const RECORDS = 40
const RECORDS_TORN = 4
const RECORD_BYTES = 280
const FLIPPED_BYTES = 1_024

const keyOf = (index: number): string => String(index).padStart(6, '0')
const valueOf = (index: number): Uint8Array => createPrng(index + 1).bytes(RECORD_BYTES)

export async function torn({ every, onProgress }: TornOptions): Promise<TornFigures> {
  const root = mkdtempSync(join(tmpdir(), 'hearsay-torn-'))
  try {
    const { image, log } = await writeImage(root)
    const whole = readFileSync(join(image, log))
    const tail = RECORDS_TORN * (RECORD_BYTES + 60)
    const damages: { bytes: Buffer; soundBytes: number }[] = []
    for (let cut = whole.length - tail; cut < whole.length; cut += every)
      damages.push({ bytes: whole.subarray(0, cut), soundBytes: cut })
    for (let bit = 0; bit < FLIPPED_BYTES * 8; bit += every * 8 + (every > 1 ? 1 : -7)) {
      const at = whole.length - FLIPPED_BYTES + (bit >> 3)
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7))
      damages.push({ bytes, soundBytes: at })
    }
    const figures = { images: 0, corruptServed: 0, failuresToOpen: 0, holes: 0, soundLost: 0 }
    const torn = join(root, 'torn')
    for (const { bytes, soundBytes } of damages) {
      rmSync(torn, { recursive: true, force: true })
      cpSync(image, torn, { recursive: true })
      writeFileSync(join(torn, log), bytes)
      figures.images++
      const served = await readImage(torn)
      if (served === null) figures.failuresToOpen++
      else {
        const indexes = served.map(([key]) => Number(key)).sort((a, b) => a - b)
        figures.corruptServed += served.filter(
          ([key, value]) => Buffer.compare(value, valueOf(Number(key))) !== 0,
        ).length
        if (indexes.some((index, place) => index !== place)) figures.holes++
        // A record takes at most 60 bytes more than its value: those whose end lies before the damage are sound.
        if (indexes.length < Math.floor(soundBytes / (RECORD_BYTES + 60)) - 1) figures.soundLost++
      }
      if (figures.images % 500 === 0) onProgress(figures.images, damages.length)
    }
    return figures
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** A database as a power cut leaves it: copied while it is open, every record synced. */
async function writeImage(root: string): Promise<{ image: string; log: string }> {
  const live = join(root, 'live')
  const opened = await openDiskStore(live)
  if (!opened.ok) throw new Error(opened.message)
  for (let index = 0; index < RECORDS; index++) {
    const put = { kind: 'put', space: 'pool', key: keyOf(index), value: valueOf(index) } as const
    const outcome = await opened.store.write([put], { durable: true })
    if (!outcome.ok) throw new Error(outcome.reason)
  }
  const image = join(root, 'image')
  cpSync(live, image, { recursive: true, filter: (path) => !path.endsWith('LOCK') })
  await opened.store.close()
  const [log] = readdirSync(image).filter((name) => name.endsWith('.log'))
  if (log === undefined) throw new Error('the database has no log')
  return { image, log }
}

/** What the database serves; null when it does not open. */
async function readImage(directory: string): Promise<readonly (readonly [string, Uint8Array])[] | null> {
  const opened = await openDiskStore(directory)
  if (!opened.ok) return null
  try {
    return await opened.store.entries('pool')
  } catch {
    return null
  } finally {
    await opened.store.close()
  }
}
