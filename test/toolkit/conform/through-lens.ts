/** A node behind a lens, and checks of the kit run against what is seen through it. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Check } from '../../../src/conform/check.ts'
import { conformNetwork } from '../../../src/conform/network.ts'
import { runChecks, type Result } from '../../../src/conform/run.ts'
import { Setting } from '../../../src/conform/setting.ts'
import { asNetAddress } from '../../../src/domain/ids.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { devValidator } from '../../../testnet/dev-network.ts'
import { addressOf, startNode } from '../processes/nodes.ts'
import { openLens, type Bend } from './lens.ts'

const VALIDATORS = [0, 1, 2, 3].map(devValidator)
export const NETWORK = conformNetwork(VALIDATORS)
const SETTING = new Setting(NETWORK, VALIDATORS)

/** Runs checks against a fresh node through a lens with this bend. */
export async function throughLens(checks: readonly Check[], bend: Bend, seed = 1): Promise<readonly Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-conform-'))
  try {
    const identity = createPrng(seed).child('identity').bytes(32)
    const dataDir = join(folder, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    writeFileSync(join(dataDir, 'identity'), `${toHex(identity)}\n`, { mode: 0o600 })
    const node = await startNode({ network: NETWORK, dataDir })
    const lens = await openLens({ address: addressOf(node), seed: identity, network: networkIdOf(NETWORK) }, bend)
    try {
      return await runChecks({
        setting: SETTING,
        address: asNetAddress(lens.address),
        role: 'full',
        random: createPrng(seed),
        now: () => Date.now(),
        paceMs: 0,
        checks,
      })
    } finally {
      await lens.stop()
      await node.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
