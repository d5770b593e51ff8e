/** Which heads views may name. */
import type { ToldNetwork } from './told.ts'

/**
 * Heads that nodes had a moment ago. A chain goes on while views are compared, so that a view which
 * is a second old rightly says the head of then; older than that it may not be.
 */
export class RecentHeads {
  readonly #forMs: number
  #looks: { readonly atMs: number; readonly told: ToldNetwork }[] = []

  /** @param forMs how old a head may be, ms */
  constructor(forMs: number) {
    this.#forMs = forMs
  }

  add(told: ToldNetwork): void {
    const atMs = performance.now()
    this.#looks = [...this.#looks.filter((look) => atMs - look.atMs <= this.#forMs), { atMs, told }]
  }

  /** What a view says, with the present head in place of each recent one. */
  dated(view: ToldNetwork): ToldNetwork {
    const now = this.#headsOf(this.#looks.at(-1)?.told)
    const nodes = view.nodes.map((node) =>
      this.#looks.some(({ told }) => this.#headsOf(told).get(node.name) === node.head)
        ? { ...node, head: now.get(node.name) ?? node.head }
        : node,
    )
    return { ...view, nodes }
  }

  #headsOf(told: ToldNetwork | undefined): Map<string, string | null> {
    return new Map(told?.nodes.map(({ name, head }) => [name, head]))
  }
}
