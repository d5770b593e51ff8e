/**
 * The manifest on disk as its supervisor keeps it: written whole or not at all, so that a reader never sees half of
 * one.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Manifest } from '../src/home/manifest.ts'
import { replaceFile } from '../src/home/own-file.ts'
import { TESTNET_MANIFEST } from '../src/home/testnet-home.ts'

export function manifestPath(home: string): string {
  return join(home, TESTNET_MANIFEST)
}

/** Replaces the manifest of its home. Throws the system's error. */
export function writeManifest(manifest: Manifest): void {
  replaceFile(manifestPath(manifest.home), `${JSON.stringify(manifest, null, 2)}\n`)
}

export function removeManifest(home: string): void {
  rmSync(manifestPath(home), { force: true })
}
