/**
 * A forger among the peers in Go: the node bans it at its tenth forgery, whether they come in a tenth of a second or in
 * most of a minute.
 */
import { until } from '../../../testnet/until.ts'
import { connect } from '../../../src/client/connect.ts'
import { must } from '../../../src/client/must.ts'
import { ForeignPeer } from './foreign-peer.ts'
import { Broken, type Say, type Tried } from './outcome.ts'

/** Between one forgery and the next, ms. */
const PACES_MS = [10, 200, 1_000, 5_000] as const
/** PROTOCOL.md, Limits: invalid objects of one peer. */
const FORGERIES_MAX = 10
/** What a forger may have sent before it hears that it is cut off: at the fastest pace some are on their way. */
const ON_THE_WAY_MS = 250
/** Forgeries that each has ready. */
const READY = 40

export interface ForgersOptions {
  readonly binary: string
  readonly networkFile: string
  /** Of the node under test. */
  readonly node: { readonly address: string; readonly peerId: string; readonly apiUrl: string }
  /** Peers that must not be charged for any of it. */
  readonly honest: readonly string[]
  readonly say: Say
}

/** All paces at the same time, each forger with a key of its own. */
export async function tryForgers({ binary, networkFile, node, honest, say }: ForgersOptions): Promise<Tried> {
  const client = connect(node.apiUrl)
  const broken = new Broken()
  try {
    const forgers = await Promise.all(
      PACES_MS.map(async (ms, index) => {
        // It publishes to the node in the mesh or not.
        const forger = await ForeignPeer.start(`forger-${ms}`, binary, networkFile, { before: ['-flood'] })
        try {
          await forger.ask('dial', { address: node.address })
          await until(
            async () => (await forger.ask('status', {})).peers.some(({ mesh }) => mesh.includes('transactions')),
            { timeoutMs: 30_000, everyMs: 50 },
          )
          const given = { account: `load-${60 + index}`, peer: node.peerId, count: READY, ms }
          const { forged, cut } = await forger.ask('forge', given, READY * ms + 30_000)
          const { bans } = must(await client.peers()).value
          const ban = bans.find(({ subject }) => subject.includes(forger.peerId))
          say(
            `a forger that sends one each ${ms} ms ${cut ? `was cut off after ${forged}` : `is not cut off after ${forged}`}`,
          )
          const most = FORGERIES_MAX + Math.floor(ON_THE_WAY_MS / ms)
          broken.unless(cut && ban !== undefined, `one each ${ms} ms: no ban after ${forged} forgeries`)
          broken.unless(forged <= most, `one each ${ms} ms: banned after ${forged} forgeries`)
          return { ms, forged, banned: ban !== undefined, reason: ban?.reason ?? null }
        } finally {
          forger.stop()
        }
      }),
    )
    const { peers, bans } = must(await client.peers()).value
    const charged = peers.filter(({ peerId, offences }) => honest.includes(peerId) && offences > 0)
    broken.unless(charged.length === 0, `charged for it: ${charged.map(({ name }) => name).join(', ')}`)
    const banned = bans.filter(({ subject }) => honest.some((peer) => subject.includes(peer)))
    broken.unless(banned.length === 0, `banned for it: ${banned.length} honest peers`)
    return { id: 'forgers', figures: { forgers, honestCharged: charged.length }, broken: broken.list }
  } finally {
    client.close()
  }
}
