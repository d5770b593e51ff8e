/** Forgers whom the router stops hearing before they are banned: A47. */
import { encodeBatch } from '../../../src/domain/codec/transaction-codec.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { Report } from '../report.ts'
import type { Attack } from '../arena/attack.ts'
import type { HostilePeer } from '../hostile/hostile-peer.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { eventually, staged, type Gang } from '../arena/sight.ts'

/** Sends forgeries one at a time until it is cut; how many it took. */
async function forge(
  gang: Gang,
  { pace, forgeries }: { pace: number; forgeries: readonly Uint8Array[] },
): Promise<{ sent: number; peer: HostilePeer }> {
  const peer = await gang.joined()
  let sent = 0
  for (const bytes of forgeries) {
    if (!peer.connected) break
    await peer.messages('transactions', [encodeBatch([bytes])])
    sent++
    await peer.isCut(pace)
  }
  await peer.isCut(2_000)
  return { sent, peer }
}

const a47: Attack = {
  id: 'A47',
  title: 'forgers who take their time, from 10 ms to 5 s between two forgeries, and one who sends what others forged',
  controls: [
    { without: 'what the router drops for score counts for nothing', shows: /a forger each \d+ ms was not cut/ },
    { without: 'copies of forgeries are free', shows: /who sends what others forged was not banned/ },
  ],
  async run(ground) {
    const report = new Report()
    const prng = createPrng(ground.seed)
    const forged = (from: number, count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, i) => {
        const bytes = transactionOf(ground.network, ground.accounts + from + i, 0).slice()
        bytes.set(prng.bytes(16), 8)
        return bytes
      })
    // Fast ones may have more on the way than the ten that ban them.
    const paces = ground.scale === 'full' ? [10, 100, 500, 5_000] : [10, 100, 300]
    await staged(ground, async (gang, sight) => {
      const before = await sight.wastedChecks()
      const ends = await Promise.all(
        paces.map(async (pace, at) => ({ pace, ...(await forge(gang, { pace, forgeries: forged(at * 20, 20) })) })),
      )
      for (const { pace, sent, peer } of ends) {
        report.require(!peer.connected, `a forger each ${pace} ms was not cut after ${sent} forgeries`)
        report.figure(`sentAt${pace}ms`, sent)
        // Counted by the victim, which may have more in hand than it has judged.
        if (pace >= 100) report.atMost(`forgeriesAt${pace}ms`, sent, 11)
        report.require(await peer.isRefused(ground.victim.address), `a forger each ${pace} ms was not banned`)
      }
      report.atMost('signatureChecks', (await sight.wastedChecks()) - before, 10 * paces.length + 8)
      // Forgeries that another one was banned for cost no check, and lead to the same end.
      const [first, second] = await Promise.all([gang.joined(), gang.joined()])
      const copies = forged(100, 9)
      for (const bytes of copies) await first.messages('transactions', [encodeBatch([bytes])])
      await eventually(async () => ((await sight.peer(first.peerId))?.offences ?? 9) >= 9, 3_000)
      for (const bytes of [...copies, ...copies]) {
        if (!second.connected) break
        await second.messages('transactions', [encodeBatch([bytes])])
        await second.isCut(50)
      }
      report.require(await second.isCut(2_000), 'who sends what others forged was not cut')
      report.require(await second.isRefused(ground.victim.address), 'who sends what others forged was not banned')
    })
    return report
  },
}

export const SLOW_FORGER_ATTACKS: readonly Attack[] = [a47]
