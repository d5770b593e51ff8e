/** Peers of a chain world, played by hand: each has one chain, and all of its bodies or none. */
import type { SignedHeader } from '../../../src/domain/block.ts'
import { decodeChainRequest } from '../../../src/domain/codec/chain-codec.ts'
import type { BlockHash, PeerId } from '../../../src/domain/ids.ts'
import { concatAll } from '../../../src/lib/bytes.ts'
import { GENESIS, type ChainWorld, type MadeBlock } from './chain-world.ts'

/** Peers that answer what the node asks: each serves one chain of headers, and the bodies that it has. */
export class Neighbours {
  readonly #world: ChainWorld
  readonly #chains = new Map<PeerId, { headers: readonly SignedHeader[]; bodies: ReadonlyMap<BlockHash, Uint8Array> }>()
  readonly askedOf = new Map<BlockHash, Set<PeerId>>()
  #handled = 0

  constructor(world: ChainWorld) {
    this.#world = world
  }

  serve(name: string, chain: readonly MadeBlock[], hasBodies: boolean): PeerId {
    const tip = chain.at(-1) ?? GENESIS
    const bodies = new Map(hasBodies ? chain.map(({ hash, block }) => [hash, block.bytes] as const) : [])
    const peer = this.#world.connect(name, tip)
    this.#chains.set(peer, { headers: chain.map(({ block }) => block.header), bodies })
    return peer
  }

  /**
   * Answers what was asked up to now, and what is asked because of that. A peer without the bodies says so, or is
   * silent.
   */
  answer(options: { silent?: ReadonlySet<PeerId> } = {}): void {
    for (;;) {
      const asks = this.#world.asked('chain')
      const ask = asks[this.#handled]
      if (ask === undefined) return
      this.#handled++
      const chain = this.#chains.get(ask.peer)
      const asked = decodeChainRequest(ask.bytes)
      if (chain === undefined || asked === null) continue
      if (asked.kind === 'headers') {
        const known = asked.locator.find((hash) => chain.headers.some((header) => header.hash === hash))
        const from = known === undefined ? 0 : chain.headers.findIndex(({ hash }) => hash === known) + 1
        const headers = chain.headers.slice(from, from + asked.limit)
        this.#world.answer(ask, concatAll(headers.map(({ bytes }) => bytes)))
        continue
      }
      for (const hash of asked.hashes) this.askedOf.set(hash, (this.askedOf.get(hash) ?? new Set()).add(ask.peer))
      if (options.silent?.has(ask.peer) === true) continue
      this.#world.answer(ask, ...asked.hashes.map((hash) => chain.bodies.get(hash) ?? new Uint8Array()))
    }
  }
}
