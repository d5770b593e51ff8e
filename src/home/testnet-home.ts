/** The home of a testnet as its readers find it: its manifest, and whether what it describes runs. */
import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { MANIFEST_BYTES_MAX } from './limits.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import { isOfHome } from './proof.ts'
import { malformed, readTrusted, realHome, type Distrust } from './trusted-file.ts'

export const TESTNET_MANIFEST = 'testnet.json'
/** What a home remembers of its network while that is down. */
export const RESUME_FILE = 'resume.json'

export type ManifestRead =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly manifest: Manifest }
  /** There is one, and it is not believed. */
  | { readonly kind: 'distrusted'; readonly distrust: Distrust }

/** The manifest in a home, whether its testnet still runs or not. */
export function readManifest(home: string): ManifestRead {
  const root = realHome(home)
  const path = join(root, TESTNET_MANIFEST)
  // A folder of this name without a manifest is not what anybody looks for, whoever owns it.
  if (!isThere(path)) return { kind: 'none' }
  const text = readTrusted(root, TESTNET_MANIFEST, MANIFEST_BYTES_MAX, { secret: true })
  if (!text.ok) {
    const { distrust } = text
    return distrust.kind === 'missing' ? { kind: 'none' } : { kind: 'distrusted', distrust }
  }
  let document: unknown
  try {
    document = JSON.parse(text.value)
  } catch {
    return { kind: 'distrusted', distrust: malformed(path, 'is damaged: it is not a JSON document') }
  }
  const parsed = parseManifest(document, root)
  return parsed.ok
    ? { kind: 'found', manifest: parsed.manifest }
    : { kind: 'distrusted', distrust: malformed(path, parsed.detail) }
}

/** Also what is there and can't be looked at. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOTDIR')
  }
}

/** Whether the supervisor of a manifest runs: then the manifest is its own, and its nodes are asked. */
export function isSupervised(manifest: Manifest): boolean {
  return isOfHome(manifest, manifest.supervisor)
}
