/**
 * The links of one testnet, by the names of their ends: opened with ports of their own, led to their targets, cut and
 * healed.
 */
import type { PartitionStatus } from './control.ts'
import { ShapedLink, type LinkTarget } from './shaper/link.ts'
import type { LinkShape, RegionShapes } from './shaper/shape.ts'

export interface LinkRecord {
  readonly from: string
  readonly to: string
  /** Null where nodes dial one another directly. */
  readonly shaped: ShapedLink | null
}

export class Links {
  readonly #shape: LinkShape
  readonly #regions: RegionShapes | null
  /** By how much every link of a node is slower, ms. */
  readonly #extraMs = new Map<string, number>()
  readonly #seed: number
  readonly #isDirect: boolean
  readonly #records: LinkRecord[] = []
  readonly #targets = new Map<string, LinkTarget>()
  #partition: { readonly status: PartitionStatus; readonly timer: NodeJS.Timeout | null } | null = null

  constructor(options: { shape: LinkShape; regions?: RegionShapes | undefined; seed: number; direct: boolean }) {
    this.#shape = options.shape
    this.#regions = options.regions ?? null
    this.#seed = options.seed
    this.#isDirect = options.direct
  }

  get isShaped(): boolean {
    return !this.#isDirect
  }

  get partition(): PartitionStatus | null {
    return this.#partition?.status ?? null
  }

  /** @param reserved ports that nodes are going to have: the system must not give one of them to the link */
  async open(from: string, to: string, reserved: ReadonlySet<number>): Promise<void> {
    const options = { name: `${from}>${to}`, shape: this.#shapeOf(from, to), seed: this.#seed }
    const shaped = this.#isDirect ? null : await openBeside(reserved, options)
    const target = this.#targets.get(to)
    if (target !== undefined) shaped?.leadTo(target)
    this.#records.push({ from, to, shaped })
  }

  /** Links that shall stand: those that are not cut. */
  standing(): readonly LinkRecord[] {
    return this.#records.filter(({ shaped }) => shaped?.isCut !== true)
  }

  from(name: string): readonly LinkRecord[] {
    return this.#records.filter(({ from }) => from === name)
  }

  /** How many links a node has, both ways. */
  of(name: string): number {
    return this.#records.filter(({ from, to }) => from === name || to === name).length
  }

  /** Sets where the links to a node lead, those that are opened later too. */
  leadTo(name: string, target: LinkTarget): void {
    this.#targets.set(name, target)
    for (const { to, shaped } of this.#records) if (to === name) shaped?.leadTo(target)
  }

  /** Makes every link of a node slower by this much, one way; 0 ends it. */
  slow(name: string, extraMs: number): void {
    this.#extraMs.set(name, extraMs)
    for (const { from, to, shaped } of this.#records)
      if (from === name || to === name) shaped?.reshape(this.#shapeOf(from, to))
  }

  /** Bytes that reached a node over its links so far. */
  bytesReceived(name: string): number {
    return this.#records.reduce((sum, { from, to, shaped }) => {
      if (shaped === null) return sum
      const { bytesForward, bytesBack } = shaped.counts()
      return sum + (to === name ? bytesForward : from === name ? bytesBack : 0)
    }, 0)
  }

  /** Cuts all links whose ends are in different groups. Replaces a partition that stands. */
  divide(groups: readonly (readonly string[])[], forMs: number | null, onHealed: () => void): PartitionStatus {
    this.heal()
    const groupOf = new Map(groups.flatMap((names, group) => names.map((name) => [name, group] as const)))
    let cutLinks = 0
    for (const { from, to, shaped } of this.#records) {
      if (groupOf.get(from) === groupOf.get(to)) continue
      shaped?.cut('refuse')
      cutLinks++
    }
    const status = { groups, cutLinks, healsAt: forMs === null ? null : Date.now() + forMs }
    const timer =
      forMs === null
        ? null
        : setTimeout(() => {
            this.heal()
            onHealed()
          }, forMs)
    this.#partition = { status, timer }
    return status
  }

  /** Heals every link; how many were cut. Nodes redial by themselves. */
  heal(): number {
    clearTimeout(this.#partition?.timer ?? undefined)
    this.#partition = null
    const cut = this.#records.filter(({ shaped }) => shaped?.isCut === true)
    for (const { shaped } of this.#records) shaped?.heal()
    return cut.length
  }

  #shapeOf(from: string, to: string): LinkShape {
    const shape =
      this.#regions === null ? this.#shape : this.#regions.shapes[this.#regionOf(from)]?.[this.#regionOf(to)]
    const extraMs = (this.#extraMs.get(from) ?? 0) + (this.#extraMs.get(to) ?? 0)
    const { delayMs, ...rest } = shape ?? this.#shape
    return { ...rest, delayMs: delayMs + extraMs }
  }

  /** Nodes count from 0. */
  #regionOf(name: string): number {
    return this.#regions?.of[Number(name.replace(/^node-/, ''))] ?? 0
  }

  async close(): Promise<void> {
    this.heal()
    await Promise.all(this.#records.flatMap(({ shaped }) => shaped?.close() ?? []))
  }
}

async function openBeside(
  reserved: ReadonlySet<number>,
  options: Parameters<typeof ShapedLink.open>[0],
): Promise<ShapedLink> {
  const link = await ShapedLink.open(options)
  if (!reserved.has(link.port)) return link
  // Held until the next one is open, or the system gives the same again.
  const next = await openBeside(reserved, options)
  await link.close()
  return next
}
