/** The manifest on disk: written whole or not at all, so that a reader never sees half of one. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from './manifest.ts'

export function manifestPath(home: string): string {
  return join(home, 'testnet.json')
}

/** Replaces the manifest of its home. Throws the system's error. Not synced: it describes processes, which a power cut ends too. */
export function writeManifest(manifest: Manifest): void {
  const path = manifestPath(manifest.home)
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 })
  renameSync(beside, path)
}

/** The manifest of a home; null where there is none, or what is there is not one. */
export function readManifest(home: string): Manifest | null {
  try {
    const document = JSON.parse(readFileSync(manifestPath(home), 'utf8')) as Manifest | null
    return document?.v === 1 && Array.isArray(document.nodes) && typeof document.supervisor?.pid === 'number'
      ? document
      : null
  } catch {
    return null
  }
}

export function removeManifest(home: string): void {
  rmSync(manifestPath(home), { force: true })
}
