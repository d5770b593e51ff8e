/**
 * The files of the page, read once, and the headers that keep it to itself: its own scripts and styles, its own server,
 * nobody's frame.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface PageFile {
  readonly type: string
  readonly bytes: Buffer
}

export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

/**
 * Those of the node in a page: the same, and its own thread and the one port over which it joins; behind a proxy that
 * ends TLS that is the page's own.
 * @param host the `Host` header, which the host guard has admitted
 */
export function lightHeaders(host: string, port: number): Readonly<Record<string, string>> {
  const name = host.replace(/:\d{1,5}$/, '')
  const policy = (PAGE_HEADERS['content-security-policy'] ?? '')
    // The hash of Merkle trees is WebAssembly; what a text says is still never run.
    .replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    .replace("connect-src 'self'", `connect-src 'self' ws://${name}:${port} wss://${host}`)
    .concat("; worker-src 'self'")
  return { ...PAGE_HEADERS, 'content-security-policy': policy }
}

/** Path of the request to name of the file and type: a closed list, so that no path can lead elsewhere. */
const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/dashboard/app.js': ['app.js', 'text/javascript; charset=utf-8'],
  '/dashboard/app.css': ['app.css', 'text/css; charset=utf-8'],
  '/light': ['../light/index.html', 'text/html; charset=utf-8'],
  '/light/app.js': ['../light/app.js', 'text/javascript; charset=utf-8'],
  '/light/app.css': ['../light/app.css', 'text/css; charset=utf-8'],
  '/light/worker.js': ['../light/worker.js', 'text/javascript; charset=utf-8'],
}

const loaded = new Map<string, PageFile>()

/** The file of a path; null where there is none, or the page has not been built. */
export function pageFile(path: string): PageFile | null {
  const found = loaded.get(path)
  if (found !== undefined) return found
  const [name, type] = FILES[path] ?? []
  if (name === undefined || type === undefined) return null
  for (const folder of ['dashboard/', '../../../dist/dashboard/']) {
    try {
      const file = { type, bytes: readFileSync(fileURLToPath(new URL(folder + name, import.meta.url))) }
      loaded.set(path, file)
      return file
    } catch {
      // Beside the bundle, or in dist/ when the sources run.
    }
  }
  return null
}
