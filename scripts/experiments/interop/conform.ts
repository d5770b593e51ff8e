/**
 * `hearsay conform` against a peer of another make. What it does not keep is the peer's, so that it is named here and
 * breaks nothing.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ForeignPeer } from './foreign-peer.ts'
import { Broken, type Say, type Tried } from './outcome.ts'

const COMMAND = fileURLToPath(new URL('../../hearsay.js', import.meta.url))
/** Of all checks that a relay must keep, at the pace that a stranger may have. */
const RUN_MS_MAX = 600_000

interface ConformDocument {
  readonly checks: readonly {
    readonly id: string
    readonly sentence: string
    readonly verdict: 'pass' | 'fail' | 'not-applicable'
    readonly evidence?: string
  }[]
}

export async function tryConform({
  make,
  binary,
  folder,
  say,
}: {
  make: string
  binary: string
  folder: string
  say: Say
}): Promise<Tried> {
  const networkFile = join(folder, 'conform-network.json')
  await conform(['--write-network', networkFile])
  const peer = await ForeignPeer.start(make, binary, networkFile)
  const broken = new Broken()
  try {
    say(`conform: trying the peer in ${make}, role relay`)
    const text = await conform([
      '--peer',
      peer.address,
      '--network',
      networkFile,
      '--role',
      'relay',
      '--seed',
      '1',
      '--json',
    ])
    const { checks } = JSON.parse(text) as ConformDocument
    const failed = checks.filter(({ verdict }) => verdict === 'fail')
    for (const { id, sentence, evidence } of failed)
      say(`conform: ${make} ✗ ${id}: ${sentence} (${evidence ?? 'no evidence'})`)
    const passed = checks.filter(({ verdict }) => verdict === 'pass').length
    broken.unless(passed > 0, 'no check passed')
    const figures = {
      checks: checks.length,
      passed,
      notApplicable: checks.length - passed - failed.length,
      failed: failed.map(({ id }) => id),
    }
    return { id: `conform-${make}`, figures, broken: broken.list }
  } finally {
    peer.stop()
  }
}

/** What the command prints; it ends with 8 where the peer does not keep something. */
function conform(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [COMMAND, 'conform', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: RUN_MS_MAX,
    })
    const [out, problems] = [[] as Buffer[], [] as Buffer[]]
    child.stdout.on('data', (part: Buffer) => out.push(part))
    child.stderr.on('data', (part: Buffer) => problems.push(part))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0 || code === 8) resolve(Buffer.concat(out).toString())
      else
        reject(new Error(`conform ended with ${code ?? 'no code'}: ${Buffer.concat(problems).toString().slice(-500)}`))
    })
  })
}
