/**
 * A warm-up that lasts until the tables of nodes are full: what still fills grows as a leak does, and is none. How long
 * that takes depends on the rate and on the machine, so the nodes are asked.
 */
import { readFileSync } from 'node:fs'
import { connect } from '../../../src/client/connect.ts'
import { must } from '../../../src/client/must.ts'
import type { LimitsView } from '../../../src/domain/views.ts'
import type { BenchTestnet } from './testnet-fleet.ts'

/** Growth of a table's largest size so far that counts as filling: a share of its bound, between two looks. */
const FILLING_SHARE = 0.01

export interface Filled {
  readonly seconds: number
  /** Tables that were still filling somewhere when the time was over. */
  readonly filling: readonly string[]
}

/** The largest sizes so far, and which of them are new by more than noise. */
export class Fill {
  readonly #largest = new Map<string, number>()

  /** @returns names of the tables that have grown since the last look */
  look(node: string, structures: LimitsView['structures']): string[] {
    const filling: string[] = []
    for (const { name, size, capacity } of structures) {
      const key = `${node} ${name}`
      const largest = this.#largest.get(key) ?? 0
      if (size - largest > FILLING_SHARE * capacity) filling.push(name)
      this.#largest.set(key, Math.max(largest, size))
    }
    return filling
  }
}

/** @param options.stepS load between two looks, s */
export async function fillTables(
  { manifest, cli }: BenchTestnet,
  options: { readonly rate: number; readonly stepS: number; readonly stepsMax: number },
): Promise<Filled> {
  const startMs = performance.now()
  const nodes = manifest.nodes.map(({ name, apiUrl, cookieFile }) => ({
    name,
    client: connect(apiUrl, { token: readFileSync(cookieFile, 'utf8').trim() }),
  }))
  const fill = new Fill()
  let filling: readonly string[] = []
  try {
    for (let step = 0; step < options.stepsMax; step++) {
      await cli('load', '--rate', String(options.rate), '--for', `${options.stepS}s`, '--json')
      const looks = await Promise.all(
        nodes.map(async ({ name, client }) => fill.look(name, must(await client.limits()).value.structures)),
      )
      filling = [...new Set(looks.flat())]
      if (filling.length === 0) break
    }
    return { seconds: (performance.now() - startMs) / 1_000, filling }
  } finally {
    for (const { client } of nodes) client.close()
  }
}
