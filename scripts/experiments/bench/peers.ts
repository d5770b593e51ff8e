/**
 * P1 beside bare relays on go-libp2p and rust-libp2p (test/interop/go/bench, test/interop/rust/src/bench.rs): the same
 * four nodes, transactions and machine, in turn within one run. They batch as we do, check each transaction once with
 * the library that their language has, and do nothing else: no API, disk, pool, ledger, ban, repair or record.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openVerifier } from '../../../src/adapters/crypto/open-verifier.ts'
import { networkIdOf } from '../../../src/domain/params.ts'
import { signingPrefix } from '../../../src/domain/signing.ts'
import { toHex } from '../../../src/lib/bytes.ts'
import { buildPeers, MAKES, type Make } from '../../../test/toolkit/processes/toolchains.ts'
import { BareRelay } from './bare-relay.ts'
import { NODES, rateOf, relayRate, sum, withBed, type Bed, type Rate } from './full-load.ts'
import { line, median, rounded, type Bench } from './line.ts'
import { pause } from './processes.ts'
import { benchNetwork, writeTransactions } from './workload.ts'

/** How long four peers may take until each hears each, ms. */
const MESH_MS_MAX = 60_000
/** Nothing is compiled while they run: they need time to fill their queues and no more. */
const WARM_UP_MS = 2_000
/** They carry more than ours, and must not run out of what to send. */
const TRANSACTIONS_FACTOR = 3

interface MakeRate {
  readonly transactions: Rate
  readonly cpuUsPerTransactionAndNode: number
  readonly rssMb: number
}

async function makeRate(binary: string, bed: Bed): Promise<MakeRate> {
  const prefix = toHex(signingPrefix('hearsay/tx/1', networkIdOf(benchNetwork(NODES))))
  const relays: BareRelay[] = []
  try {
    for (const file of bed.files) {
      relays.push(await BareRelay.start(binary, [String(NODES), file, prefix, ...relays.map(({ address }) => address)]))
    }
    const figures = () => Promise.all(relays.map((relay) => relay.figures()))
    const until = performance.now() + MESH_MS_MAX
    while ((await figures()).some(({ peers }) => peers < NODES - 1)) {
      if (performance.now() > until) throw new Error(`${binary}: no mesh of four within ${MESH_MS_MAX / 1_000} s`)
      await pause(50)
    }
    for (const relay of relays) relay.tell('start')
    await pause(WARM_UP_MS)
    const startMs = performance.now()
    const before = await figures()
    await pause(bed.sizes.measureMs)
    const after = await figures()
    const seconds = (performance.now() - startMs) / 1_000
    if (after.some(({ ranOut }) => ranOut)) throw new Error(`${binary} ran out of transactions: measure for less long`)
    // Each transaction is received by all but its maker.
    const carried = sum(after.map(({ received }, at) => received - (before[at]?.received ?? 0))) / (NODES - 1)
    const cpuSeconds = sum(after.map(({ cpuMs }, at) => cpuMs - (before[at]?.cpuMs ?? 0))) / 1_000
    return {
      transactions: rateOf(carried, seconds, cpuSeconds),
      cpuUsPerTransactionAndNode: (cpuSeconds * 1e6) / carried / NODES,
      rssMb: Math.max(...after.map(({ rssMb }) => rssMb)),
    }
  } finally {
    await Promise.all(relays.map((relay) => relay.end()))
  }
}

export const peers: Bench = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-bench-peers-'))
  try {
    const binaries = buildPeers(folder, MAKES, options.say, 'bench')
    const makes = MAKES.filter((make) => binaries[make] !== undefined)
    if (makes.length === 0) throw new Error('neither Go nor Rust is here: there is nothing to compare with')
    const { verifier } = await openVerifier()
    return await withBed(options, async (bed) => {
      const ours: { readonly transactions: Rate; readonly rssMb: readonly number[] }[] = []
      const theirs: Record<Make, MakeRate[]> = { go: [], rust: [] }
      for (let run = 0; run < options.runs; run++) {
        ours.push(await relayRate(bed))
        for (const make of makes) {
          for (const [node, file] of bed.files.entries()) {
            const count = bed.sizes.transactionsPerNode * TRANSACTIONS_FACTOR
            writeTransactions(file, benchNetwork(NODES), node, count)
          }
          theirs[make].push(await makeRate(binaries[make] ?? '', bed))
        }
        const rates = [ours, ...makes.map((make) => theirs[make])].map((all) => all.at(-1)?.transactions.perSecond ?? 0)
        options.say(
          `run ${run + 1}: ours, ${makes.join(', ')}: ${rates.map((rate) => rate.toFixed(0)).join(', ')} tx/s, load ${loadavg()[0]?.toFixed(1)}`,
        )
      }
      const figures = (rates: readonly Rate[]) => ({
        perSecond: rates.map(({ perSecond }) => rounded(perSecond)),
        perCpuSecond: rates.map(({ perCpuSecond }) => rounded(perCpuSecond)),
      })
      return makes.map((make) => {
        const against = theirs[make].map(({ transactions }) => transactions)
        const ratios = (of: keyof Rate): number[] =>
          ours.map(({ transactions }, at) => transactions[of] / (against[at]?.[of] ?? Number.NaN))
        return line(
          `peers-${make}`,
          `transactions a second / those of a bare relay in ${make} (TLS, lists of 64)`,
          median(ratios('perSecond')),
          { is: 'at-least', value: 1 },
          {
            runs: options.runs,
            verifier: verifier.name,
            ratios: ratios('perSecond').map(rounded),
            ratiosByCpuTime: ratios('perCpuSecond').map(rounded),
            ours: figures(ours.map(({ transactions }) => transactions)),
            theirs: figures(against),
            ourCpuUsPerTransactionAndNode: ours.map(({ transactions }) =>
              rounded(1e6 / transactions.perCpuSecond / NODES),
            ),
            theirCpuUsPerTransactionAndNode: theirs[make].map((rate) => rounded(rate.cpuUsPerTransactionAndNode)),
            ourRssMb: ours.map(({ rssMb }) => rounded(Math.max(...rssMb))),
            theirRssMb: theirs[make].map(({ rssMb }) => rounded(rssMb)),
            loadAfter: loadavg().map(rounded),
          },
        )
      })
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
