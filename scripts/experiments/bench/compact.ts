/**
 * P5: what one copy of a block costs on the wire where the pools are warm, on three real nodes of which one makes
 * blocks: bytes of the gossip message against the block's own, and how many questions were asked for it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { line, rounded, type Bench } from './line.ts'
import { pause } from './processes.ts'
import { RelayFleet } from './relay-fleet.ts'
import { benchNetwork, writeTransactions } from './workload.ts'

const NODES = 3
const TRANSACTIONS_MIN = 500
/** Until the first slot, ms: by then every node has started and has every transaction. */
const WARM_MS = 20_000
/** Longest wait for the blocks, ms. */
const BLOCKS_MS_MAX = 60_000

export const compact: Bench = async ({ short }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-bench-'))
  try {
    // Blocks begin when the pools are warm: a block made while its transactions are on their way overtakes them.
    const genesisTimeMs = Date.now() + WARM_MS
    const network = benchNetwork(NODES, genesisTimeMs)
    const files = Array.from({ length: NODES }, (_, node) => join(folder, `transactions-${node}`))
    for (const [node, file] of files.entries()) writeTransactions(file, network, node, short ? 1_024 : 4_096)
    const fleet = await RelayFleet.start(folder, files, { genesisTimeMs })
    try {
      await fleet.everything()
      const { equal } = await fleet.settled(WARM_MS)
      if (!equal || Date.now() >= genesisTimeMs) throw new Error('the pools were not warm in time: the machine is busy')
      const startMs = performance.now()
      const large = async () => (await fleet.blocks()).filter(({ txCount }) => txCount >= TRANSACTIONS_MIN)
      let blocks = await large()
      const enough = short ? 2 : 6
      while (blocks.length < enough && performance.now() - startMs < BLOCKS_MS_MAX) {
        await pause(500)
        blocks = await large()
      }
      if (blocks.length === 0) throw new Error(`no block with ${TRANSACTIONS_MIN} transactions came within a minute`)
      const share = Math.max(...blocks.map(({ bytes, fullBytes }) => bytes / fullBytes))
      const asked = blocks.reduce((sum, block) => sum + block.asked, 0)
      return [
        line(
          'P5',
          'bytes of one received copy of a block / its full bytes, the worst',
          share,
          { is: 'at-most', value: 0.05 },
          {
            blocks: blocks.map(({ txCount, bytes, fullBytes, asked: questions }) => ({
              txCount,
              bytes,
              fullBytes,
              share: rounded(bytes / fullBytes),
              asked: questions,
            })),
          },
        ),
        line('P5b', 'further round trips for these blocks', asked, { is: 'at-most', value: 0 }, {}),
      ]
    } finally {
      await fleet.end()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
