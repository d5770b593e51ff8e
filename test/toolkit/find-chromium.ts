import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']

/** The program of a Chromium that this machine has, from CHROMIUM or the PATH; null where there is none. */
export function findChromium(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const given = process.env.CHROMIUM
  return (given === undefined ? candidates : [given, ...candidates]).find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * How it is started. No sandbox: containers that run tests give root no namespaces. No GPU, and no imitation of one: on
 * a machine without, Chromium draws by SwiftShader, which takes the cores that the page and the nodes need (frames of
 * 100 ms where plain software drawing takes 17).
 */
export const CHROMIUM_ARGS: string[] = ['--no-sandbox', '--disable-gpu', '--disable-software-rasterizer']
