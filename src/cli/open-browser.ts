/**
 * Opens an address in the user's browser. Arguments of processes are everybody's to see: an address with a key in it
 * goes through a file of the home that leads on to it, and only that file's path is an argument.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { replaceFile } from '../home/own-file.ts'
import type { Environment } from './context.ts'
import { Failure } from './failure.ts'

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [program: string, ...first: string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}

/** A page that leads on to `url`, which has no characters that HTML or a script would read otherwise. */
export function leadingOn(url: string): string {
  const text = JSON.stringify(url).replaceAll('<', String.raw`\u003c`)
  return `<!doctype html><meta charset="utf-8"><title>hearsay</title><script>location.replace(${text})</script>\n`
}

/**
 * @param url to open
 * @param home of the network, for an address with a key; null where it has none
 * @returns when the opener has been started. Fails where there is none
 */
export async function openInBrowser(url: string, home: string | null, env: Environment): Promise<void> {
  const [program, ...first] = env.BROWSER ? [env.BROWSER] : (OPENERS[process.platform] ?? ['xdg-open'])
  let shown = url
  if (home !== null) {
    const file = join(home, 'page.html')
    replaceFile(file, leadingOn(url))
    shown = pathToFileURL(file).href
  }
  const child = spawn(program, [...first, shown], { stdio: 'ignore', detached: true })
  const isStarted = await Promise.race([once(child, 'spawn').then(() => true), once(child, 'error').then(() => false)])
  if (!isStarted)
    throw new Failure('failed', 'no-browser', `no browser could be started (${program})`, `open ${url} yourself`)
  child.unref()
}
