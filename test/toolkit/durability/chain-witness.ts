/** Remembers what a node has said of its chain, and holds it to that after each restart. */
import type { Client } from '../../../src/client/connect.ts'

const POLL_MS = 20

export class ChainWitness {
  /** Restarts after which the node was behind the head that it had announced, or showed another block in its place. */
  steppedBack = 0
  /** Slots for which two blocks of the one validator were seen. */
  readonly signedTwice = new Set<number>()
  readonly #bySlot = new Map<number, string>()
  #announced: { readonly height: number; readonly hash: string } = { height: 0, hash: '' }
  #checkedHeight = 0

  /** The highest head that was announced. */
  get height(): number {
    return this.#announced.height
  }

  /** Asks for the head until `signal` fires: as another node, or a user, would see it. */
  async watch(client: Client, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const status = await client.status()
      if (status.ok) this.#announce(status.value.head)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /**
   * After a restart: the head is not lower than announced, the announced block is still there, and no slot has a second
   * one.
   */
  async check(client: Client): Promise<void> {
    const { height, hash } = this.#announced
    const status = await client.status()
    const there = height === 0 ? null : await client.block(String(height))
    const isKept =
      status.ok && status.value.head.height >= height && (there === null || (there.ok && there.value.hash === hash))
    if (!isKept) this.steppedBack++
    if (!status.ok) return
    for (let at = this.#checkedHeight + 1; at <= status.value.head.height; at++) {
      const block = await client.block(String(at))
      if (block.ok) this.#note(block.value)
    }
    this.#checkedHeight = status.value.head.height
  }

  #note({ height, hash, slot }: { readonly height: number; readonly hash: string; readonly slot: number }): void {
    const known = this.#bySlot.get(slot)
    if (known !== undefined && known !== hash) this.signedTwice.add(slot)
    this.#bySlot.set(slot, hash)
    this.#announce({ height, hash })
  }

  #announce({ height, hash }: { readonly height: number; readonly hash: string }): void {
    if (height > this.#announced.height) this.#announced = { height, hash }
  }
}
