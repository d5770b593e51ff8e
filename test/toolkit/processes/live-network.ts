/**
 * A testnet of real processes for a measurement: up from a plan, asked and steered over its supervisor, and down again
 * whatever happens.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, DEFAULT_PLAN, down, up } from '../../../testnet/control-client.ts'
import type { Command, ControlAnswers, ControlRequests, NodeStatus, TestnetPlan } from '../../../testnet/control.ts'
import { runCommand } from '../../../src/cli/run-inside.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** What a load says of itself, as far as measurements read it. */
export interface LoadFigures {
  readonly accepted: number
  readonly failed: Readonly<Record<string, number>>
  readonly refused: Readonly<Record<string, number>>
  readonly inclusion: { readonly followed: number; readonly inBlock: number; readonly settled: number }
}

export class LiveNetwork {
  readonly home: string

  /** @param name of its folder below `.hearsay` */
  constructor(name: string) {
    this.home = join(root, '.hearsay', name)
  }

  /** Up for as long as `run` takes. */
  async within<T>(plan: Partial<TestnetPlan> & { readonly seed: number }, run: () => Promise<T>): Promise<T> {
    rmSync(this.home, { recursive: true, force: true })
    const started = await up({
      ...DEFAULT_PLAN,
      ...plan,
      home: this.home,
      detach: false,
      supervisorEntry: join(root, 'dist', 'supervisor.js'),
      onProgress: () => undefined,
    })
    if (started.kind !== 'ready') throw new Error(`the network did not start: ${JSON.stringify(started)}`)
    try {
      return await run()
    } finally {
      await down(this.home, { force: false })
    }
  }

  async ask<C extends Command>(name: C, request: ControlRequests[C]): Promise<ControlAnswers[C]> {
    const outcome = await command(this.home, name, request)
    if (outcome.kind !== 'done') throw new Error(`${name}: ${JSON.stringify(outcome)}`)
    return outcome.value
  }

  async nodes(): Promise<readonly NodeStatus[]> {
    return (await this.ask('status', {})).nodes
  }

  /** `hearsay load` over all nodes that are up; what became of it. */
  async load(flags: readonly string[]): Promise<LoadFigures> {
    const { stdout, stderr } = await runCommand(['load', ...flags, '--json', '--home', this.home])
    const document = stdout.trim().split('\n').at(-1) ?? ''
    if (document === '') throw new Error(`the load said nothing: ${stderr}`)
    return JSON.parse(document) as LoadFigures
  }
}
