/** Debian's Prometheus (or whichever is on the PATH) as a process of its own on loopback, asked over its HTTP API. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../../../testnet/free-port.ts'
import { until } from '../../../testnet/until.ts'

export const INSTALL_HINT = 'prometheus is not installed (Debian: apt-get install prometheus)'

/** Time for a Prometheus to come up on a busy machine, ms. */
const START_MS_MAX = 20_000

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Alert {
  readonly name: string
  readonly state: 'inactive' | 'pending' | 'firing'
  /** The rule's expression. */
  readonly query: string
  readonly holdSeconds: number
}

export interface PrometheusOptions {
  /** `host:port` of each node's API, by the name that its series carry as `node`. */
  readonly targets: Readonly<Record<string, string>>
  readonly scrapeMs: number
  /** Text of a file of rules. */
  readonly rules?: string
}

/** Whether there is a Prometheus, and what it says of its version. */
export function prometheusVersion(): string | null {
  const { error, stdout, stderr } = spawnSync('prometheus', ['--version'], { encoding: 'utf8' })
  if (error !== undefined) return null
  return /version (\S+)/.exec(`${stdout}${stderr}`)?.[1] ?? 'unknown'
}

export class Prometheus {
  readonly url: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url
    this.#child = child
    this.#folder = folder
  }

  /** Starts one that scrapes the targets. Rejects, with what it said, where it does not come up. */
  static async start({ targets, scrapeMs, rules }: PrometheusOptions): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'hearsay-prometheus-'))
    const config = {
      global: {
        scrape_interval: `${scrapeMs}ms`,
        scrape_timeout: `${scrapeMs}ms`,
        evaluation_interval: `${scrapeMs}ms`,
      },
      ...(rules === undefined ? {} : { rule_files: ['rules.yml'] }),
      scrape_configs: [
        {
          job_name: 'hearsay',
          static_configs: Object.entries(targets).map(([node, target]) => ({ targets: [target], labels: { node } })),
        },
      ],
    }
    // JSON is YAML.
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config))
    if (rules !== undefined) writeFileSync(join(folder, 'rules.yml'), rules)
    const port = await findFreePort()
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-4_000)
    })
    const server = new Prometheus(`http://127.0.0.1:${port}`, child, folder)
    const isReady = async (): Promise<boolean> =>
      child.exitCode === null && (await fetch(`${server.url}/-/ready`).catch(() => null))?.ok === true
    if (await until(() => child.exitCode !== null || isReady(), { timeoutMs: START_MS_MAX, everyMs: 50 }))
      if (child.exitCode === null) return server
    await server.stop()
    throw new Error(`prometheus did not come up: ${said}`)
  }

  /**
   * The value of an expression now: one sample for each series; a scalar is one without labels. Throws on an expression
   * that it refuses.
   */
  async query(expression: string): Promise<readonly Sample[]> {
    const { resultType, result } = await this.#ask<{ resultType: string; result: unknown }>(
      `/api/v1/query?query=${encodeURIComponent(expression)}`,
    )
    if (resultType === 'scalar') return [{ labels: {}, value: numberOf((result as [number, string])[1]) }]
    const series = result as readonly { metric: Record<string, string>; value: [number, string] }[]
    return series.map(({ metric, value }) => ({ labels: metric, value: numberOf(value[1]) }))
  }

  async alerts(): Promise<readonly Alert[]> {
    interface Rule {
      readonly name: string
      readonly state: Alert['state']
      readonly query: string
      readonly duration: number
    }
    const { groups } = await this.#ask<{ groups: readonly { rules: readonly Rule[] }[] }>('/api/v1/rules?type=alert')
    return groups.flatMap(({ rules }) =>
      rules.map(({ name, state, query, duration }) => ({ name, state, query, holdSeconds: duration })),
    )
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill('SIGTERM')
      await gone
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #ask<T>(path: string): Promise<T> {
    const answer = (await (await fetch(`${this.url}${path}`)).json()) as { data?: T; error?: string }
    if (answer.data === undefined) throw new Error(answer.error ?? 'prometheus gave no answer')
    return answer.data
  }
}

/** Prometheus writes numbers as Go does. */
function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text)
}
