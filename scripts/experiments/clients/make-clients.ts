/** Makes, compiles and runs the clients of `plans.ts` against a node. */
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClientPlan, Step } from './plan.ts'

const programs = fileURLToPath(new URL('programs', import.meta.url))

/** How long one step may take, ms: the first build of a Rust client fetches and compiles two hundred crates. */
const STEP_MS_MAX = 15 * 60_000

export interface Target {
  readonly url: string
  readonly token: string
  readonly peerId: string
  /** A file with a signed transaction in JSON that was not handed in yet, and its id. */
  transaction(): Promise<{ readonly file: string; readonly id: string }>
}

export interface ClientResult {
  readonly client: string
  readonly versions: string
  /** What the machine lacks; null where it was tried. */
  readonly lacks: string | null
  readonly ok: boolean
  /** What went wrong, or the generator's own fault that is known. */
  readonly note: string
}

export async function tryClient(plan: ClientPlan, folder: string, target: Target): Promise<ClientResult> {
  const result = { client: plan.name, versions: plan.versions }
  const lacks = plan.needs.find((program) => spawnSync('which', [program]).status !== 0) ?? null
  if (lacks !== null) return { ...result, lacks, ok: false, note: `${lacks} is not installed` }
  const work = join(folder, plan.name.replaceAll(' ', '-'))
  const [source, destination] = plan.program
  mkdirSync(dirname(join(work, destination)), { recursive: true })
  for (const [name, text] of Object.entries(plan.files ?? {})) writeFileSync(join(work, name), text)
  copyFileSync(join(programs, source), join(work, destination))
  for (const step of plan.make) {
    const { code, output } = await run(step, work)
    if (code !== 0)
      return { ...result, lacks, ok: false, note: `${step.command} ${step.args.join(' ')}: ${tail(output)}` }
  }
  const { file, id } = await target.transaction()
  const tag = plan.name.replaceAll(/[^a-z]/g, '-')
  const env = {
    HEARSAY_URL: target.url,
    HEARSAY_TOKEN: target.token,
    HEARSAY_TRANSACTION: file,
    HEARSAY_WRITES: tag,
  }
  const { code, output } = await run(plan.run, work, env)
  const said = output.split('\n').map((line) => line.trim())
  const wanted = [
    `read ${target.peerId}`,
    `wrote ${plan.writes === 'transaction' ? id : tag}`,
    ...(plan.fault === undefined ? [] : [plan.fault.says]),
  ]
  const missing = wanted.filter((line) => !said.includes(line))
  if (code !== 0 || missing.length > 0)
    return { ...result, lacks, ok: false, note: `did not say ${missing.join(', ')}: ${tail(output)}` }
  return {
    ...result,
    lacks,
    ok: true,
    note: plan.fault === undefined ? '' : `${plan.fault.says}: ${plan.fault.finding}`,
  }
}

/** Runs a program to its end; what it wrote to both outputs. */
export function run(
  { command, args, cwd = '.' }: Step,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(
      command.includes('/') && !command.startsWith('/') ? join(folder, command) : command,
      [...args],
      {
        cwd: join(folder, cwd),
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
        timeout: STEP_MS_MAX,
      },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = `${output}${text}`.slice(-100_000)
      })
    child.on('error', (error) => {
      resolve({ code: null, output: `${output}${error.message}` })
    })
    child.on('close', (code) => {
      resolve({ code, output })
    })
  })
}

function tail(text: string): string {
  return text.trim().split('\n').slice(-12).join('\n')
}
