/**
 * A whole node in a page: the kernel, the runtime and the adapters that run anywhere, on WebSockets, with a store in
 * memory and an identity of its own. It judges as every node does, relays what it judged to be good, and joins through
 * the one node that it was given.
 */
import { createNobleVerifier } from '../adapters/crypto/noble-verifier.ts'
import { createSigner } from '../adapters/crypto/signer.ts'
import { peerIdFromSeed } from '../adapters/libp2p/identity.ts'
import { openLibp2p } from '../adapters/libp2p/open.ts'
import { openMemoryStore } from '../adapters/store/open-memory-store.ts'
import { asNetAddress, asTxId } from '../domain/ids.ts'
import { isDevNetwork, networkIdOf, type NetworkParams } from '../domain/params.ts'
import type { PropagationRecord } from '../domain/propagation.ts'
import { Kernel } from '../kernel/kernel.ts'
import { createPrng } from '../lib/prng.ts'
import type { Clock } from '../node/clock.ts'
import { networkView } from '../node/network-views.ts'
import { Observer } from '../node/observe.ts'
import { Runtime } from '../node/runtime.ts'
import { VERSION } from '../node/version.ts'
import { CUTS_MAX, ITEMS_MAX, LIGHT_CONNECTIONS_MAX, SURVEY_EVERY_MS, SURVEY_MS } from './limits.ts'
import type { LightItem, LightView } from './view.ts'

export interface LightNode {
  view(): LightView
  /** What was judged since the last call. */
  items(): readonly LightItem[]
}

export interface LightNodeOptions {
  readonly network: NetworkParams
  /** Multiaddr of the node to join through, with its peer id. */
  readonly via: string
  /** 32 secret bytes that nobody else has. */
  readonly secret: Uint8Array
  /** Of what is drawn by chance: 32 bits that nobody guesses. */
  readonly chanceSeed: number
  readonly clock: Clock
}

const NO_METER = { count: () => undefined, observe: () => undefined }
const NO_LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** Rejects where the libraries are not those that the adapters know. That nobody answers at `via` is no failure. */
export async function startLightNode({
  network,
  via,
  secret,
  chanceSeed,
  clock,
}: LightNodeOptions): Promise<LightNode> {
  const self = await peerIdFromSeed(secret)
  const name = `page-${self.slice(-6)}`
  const agentVersion = `hearsay/${VERSION}`
  const observer = new Observer({ name, clock, meter: NO_METER, journal: NO_LOG })
  const seen = new Seen(observer, clock)
  const prng = createPrng(chanceSeed)
  const kernel = new Kernel({
    network,
    profile: 'node',
    name,
    self,
    agentVersion,
    discovers: false,
    observes: isDevNetwork(network.name),
    bootstrap: [asNetAddress(via)],
    connectionsMax: LIGHT_CONNECTIONS_MAX,
    validator: null,
    chance: () => prng.next(),
  })
  const runtime = new Runtime({ kernel, clock, observer })
  const libp2p = await openLibp2p(
    {
      identitySeed: secret,
      network: networkIdOf(network),
      profile: 'node',
      isOpen: !isDevNetwork(network.name),
      listen: [],
      connectionsMax: LIGHT_CONNECTIONS_MAX,
      agentVersion,
      now: () => clock.now().monoMs,
    },
    { gossip: runtime.gossipListener, connections: runtime.connectionsListener, gatekeeper: runtime.gatekeeper },
  )
  const verifier = createNobleVerifier()
  const { gossip, requests, connections } = libp2p
  const store = await openMemoryStore()
  await runtime.attach({ gossip, requests, connections, store, verifier, identity: createSigner(secret), signer: null })
  await libp2p.start()
  await runtime.open()

  let coverage: LightView['coverage'] = null
  const survey = async (): Promise<void> => {
    const id = seen.newest
    if (id !== null && kernel.machines.shared.config.observes) {
      const outcome = await runtime.survey([asTxId(id)], 1, SURVEY_MS)
      if (outcome.kind === 'surveyed') {
        const answers = outcome.rows.filter(({ trouble }) => trouble === null)
        const having = answers.filter(({ observations }) => observations[0]?.known === true)
        coverage = { id, have: having.length + 1, of: outcome.rows.length + 1 }
      }
    }
    clock.after(SURVEY_EVERY_MS, () => void survey())
  }
  void survey()

  return {
    items: () => seen.take(),
    view: () => {
      const { machines } = kernel
      const { totals, members } = networkView(machines, clock.now())
      const names = new Map(members.map((member) => [member.peerId, member.name]))
      return {
        network: network.name,
        self,
        peers: [...machines.peers.table.all()].map(({ peer }) => ({
          peerId: peer,
          name: names.get(peer) ?? null,
          agent: observer.agents.get(peer)?.version ?? null,
        })),
        members: { alive: totals.alive, known: members.length },
        head: machines.shared.announced,
        pool: machines.transactions.pool.count,
        counts: { ...seen.counts },
        signatures: verifier.stats().verifications,
        cuts: [...seen.cuts],
        coverage,
      }
    },
  }
}

/** What the observer told of transactions and of peers that were cut. */
class Seen {
  readonly counts: Record<LightItem['outcome'], number> = { checked: 0, refused: 0, ignored: 0 }
  readonly cuts: { readonly atMs: number; readonly what: string }[] = []
  /** The transaction that was taken last. */
  newest: string | null = null
  #items: LightItem[] = []

  constructor(observer: Observer, clock: Clock) {
    observer.events.subscribe(['propagation'], ({ data }) => {
      this.#judged(data as PropagationRecord, clock.now().wallMs)
    })
    observer.events.subscribe(['peers'], ({ event, data }) => {
      const { subject, peerId, reason } = data as { subject?: string; peerId?: string; reason?: string }
      if (event !== 'banned' && event !== 'disconnecting') return
      this.cuts.unshift({ atMs: clock.now().wallMs, what: `${event} ${subject ?? peerId ?? ''}: ${reason ?? ''}` })
      this.cuts.length = Math.min(this.cuts.length, CUTS_MAX)
    })
  }

  take(): readonly LightItem[] {
    const items = this.#items
    this.#items = []
    return items
  }

  #judged({ kind, id, event, reason, from, checkMs }: PropagationRecord, atMs: number): void {
    if (kind !== 'transaction') return
    const outcome = OUTCOMES[event]
    if (outcome === undefined) return
    this.counts[outcome]++
    if (outcome === 'checked') this.newest = id
    if (this.#items.length < ITEMS_MAX) this.#items.push({ id, atMs, outcome, reason, checkMs: checkMs ?? null, from })
  }
}

const OUTCOMES: Partial<Record<PropagationRecord['event'], LightItem['outcome']>> = {
  DELIVER: 'checked',
  RECOVERED: 'checked',
  REJECT: 'refused',
  IGNORE: 'ignored',
}
