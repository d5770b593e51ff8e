/** What real networks can't do of what a scenario may ask, and why: said before anything starts. */
import { assertNever } from '../../lib/assert.ts'
import { nodesAtEnd, type Action, type Experiment } from '../experiment.ts'
import type { WorldName } from '../world.ts'

type Real = Exclude<WorldName, 'virtual'>

/** Most nodes of each: a process takes 90 MB. */
const NODES_MAX: Readonly<Record<Real, number>> = { processes: 100, packed: 1_000 }

/** In words, one for each; empty where all can be done. */
export function refusalsOf(world: Real, experiment: Experiment): readonly string[] {
  const refusals = new Set<string>()
  for (const action of experiment.actions) {
    const why = whyNot(world, action)
    if (why !== null) refusals.add(why)
  }
  const nodes = nodesAtEnd(experiment)
  if (nodes > NODES_MAX[world]) refusals.add(`${nodes} nodes are more than ${NODES_MAX[world]}`)
  if (experiment.network.discovery && experiment.actions.some(({ kind }) => kind === 'partition' || kind === 'slow'))
    refusals.add('with "discovery" nodes dial one another past the links that are cut or slow')
  return [...refusals]
}

function whyNot(world: Real, { kind }: Action): string | null {
  switch (kind) {
    case 'power-cut':
      return '"power-cut" needs a disk that forgets what was not synced: `npm run powerloss` does that, as root'
    case 'skew':
      return '"skew": all processes of a machine have one clock'
    case 'lose-messages':
      return '"lose-messages": TCP loses no message; "loss" of links delays them as it does'
    case 'kill':
    case 'leave':
    case 'restart':
    case 'pause':
    case 'resume':
      return world === 'packed' ? `"${kind}": packed nodes share the fate of their process` : null
    case 'hand-in':
    case 'forge':
    case 'add':
    case 'partition':
    case 'heal':
    case 'slow':
    case 'tag':
      return null
    default:
      return assertNever(kind)
  }
}
