/** The pictures that several nodes have of one network: who sees it as most do, who otherwise, and who is silent. */
import type { NetworkView } from '../domain/views.ts'
import { openApi } from './api.ts'
import type { Context } from './context.ts'
import type { Target } from './discovery.ts'
import { Failure } from './failure.ts'

export interface Picture {
  /** Name of the node in its file; empty where it was not found by a name. */
  readonly name: string
  readonly network: NetworkView | null
  /** Why it has none to show; null where it has. */
  readonly failure: Failure | null
}

/** Asks every target; what is wrong with one is told in its place. */
export function picturesOf(context: Context, targets: readonly Target[]): Promise<readonly Picture[]> {
  return Promise.all(
    targets.map(async (target) => {
      const name = target.nodeName ?? ''
      try {
        return { name, network: await openApi(context, target).network(), failure: null }
      } catch (error) {
        if (error instanceof Failure && error.outcome !== 'interrupted') return { name, network: null, failure: error }
        throw error
      }
    }),
  )
}

/** The picture that most have, the first of these. Throws the first failure where none has any. */
export function pictureOf(pictures: readonly Picture[]): NetworkView {
  const networks = pictures.flatMap(({ network }) => network ?? [])
  const countOf = (digest: string): number => networks.filter(({ viewDigest }) => viewDigest === digest).length
  const [most] = networks.toSorted((a, b) => countOf(b.viewDigest) - countOf(a.viewDigest))
  if (most !== undefined) return most
  throw pictures[0]?.failure ?? new Failure('failed', 'no-picture', 'no node was asked')
}

export interface PictureDocument {
  readonly name: string
  /** Null where it does not answer. */
  readonly viewDigest: string | null
  readonly members: number | null
  readonly trouble: string | null
}

export function viewOf({ name, network, failure }: Picture): PictureDocument {
  return {
    name,
    viewDigest: network?.viewDigest ?? null,
    members: network?.members.length ?? null,
    trouble: failure?.message ?? null,
  }
}

/** `seen by ann, bob; cleo sees it otherwise (2 members); dora could not be asked` */
export function agreementText(pictures: readonly Picture[]): string {
  const { viewDigest } = pictureOf(pictures)
  const same = pictures.filter(({ network }) => network?.viewDigest === viewDigest).map(({ name }) => name)
  const others = pictures.flatMap(({ name, network }) =>
    network === null || network.viewDigest === viewDigest
      ? []
      : [`${name} sees it otherwise (${network.members.length} members, digest ${network.viewDigest.slice(0, 8)})`],
  )
  const silent = pictures.flatMap(({ name, failure }) =>
    failure === null ? [] : [`${name} could not be asked: ${failure.message}`],
  )
  return [`seen by ${same.join(', ')}`, ...others, ...silent].join('\n')
}
