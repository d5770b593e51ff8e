/**
 * Twenty processes: how soon a death, a return and a goodbye are known everywhere, and whether a pause is taken for a
 * death.
 */
import { connect, type Client } from '../../../src/client/connect.ts'
import { until } from '../../../testnet/until.ts'
import type { MemberStateView } from '../../../src/domain/views.ts'
import type { NodeStatus } from '../../../testnet/control.ts'
import { LiveNetwork, pause } from '../../../test/toolkit/processes/live-network.ts'
import type { LiveRun } from './run.ts'

const NODES = 20
const GOALS_MS = { dead: 12_000, alive: 5_000, left: 2_000 } as const
const PAUSE_MS = 3_000
/** Nodes paused at once, so that a hundred pauses take two minutes. */
const PAUSED_AT_ONCE = 4
const PAUSES = 100
/** Time for what was suspected during one pause to be refuted before the next, ms. */
const BREATH_MS = 2_000
const POLL_MS = 100

export const members: LiveRun = async (seed, say) => {
  const network = new LiveNetwork('network-members')
  return network.within({ count: NODES, validators: 0, seed }, async () => {
    const all = await network.nodes()
    const clients = new Map(all.map(({ name, apiUrl }) => [name, connect(apiUrl)]))
    try {
      const everyone = (target: NodeStatus, state: MemberStateView): Promise<number | null> =>
        known(clients, target, state)
      if (!(await isWhole(clients))) throw new Error('not every node sees every other one alive')
      const [, , killed, leaver] = all
      if (killed === undefined || leaver === undefined) throw new Error('the network has too few nodes')
      await network.ask('kill', { nodes: [killed.name] })
      const deadMs = await everyone(killed, 'dead')
      say(`${killed.name} killed: dead everywhere after ${deadMs} ms`)
      await network.ask('restart', { nodes: [killed.name] })
      const aliveMs = await everyone(killed, 'alive')
      say(`ready again: alive everywhere ${aliveMs} ms later`)
      const pauses = await pauseMany(network, clients, all, say)
      if (leaver.pid === null) throw new Error(`${leaver.name} has no process`)
      process.kill(leaver.pid, 'SIGTERM')
      const leftMs = await everyone(leaver, 'left')
      say(`${leaver.name} stopped: left everywhere after ${leftMs} ms`)
      const taken = { dead: deadMs, alive: aliveMs, left: leftMs }
      const broken = (Object.keys(GOALS_MS) as (keyof typeof GOALS_MS)[])
        .filter((state) => (taken[state] ?? Number.POSITIVE_INFINITY) > GOALS_MS[state])
        .map((state) => `${state} everywhere after ${taken[state]} ms`)
      if (pauses.dead > 0) broken.push(`${pauses.dead} dead marks for nodes that stood still`)
      return { broken, figures: { nodes: NODES, deadMs, aliveMs, leftMs, goalsMs: GOALS_MS, pauses } }
    } finally {
      for (const client of clients.values()) client.close()
    }
  })
}

/** How long until every other node that answers has `target` in this state, ms; null: not within a minute. */
async function known(
  clients: ReadonlyMap<string, Client>,
  target: NodeStatus,
  state: MemberStateView,
): Promise<number | null> {
  const startedMs = performance.now()
  const isKnown = await until(
    async () => {
      const views = await statesOf(clients, target.name)
      return views.every((members) => members.get(target.peerId) === state)
    },
    { timeoutMs: 60_000, everyMs: POLL_MS },
  )
  return isKnown ? Math.round(performance.now() - startedMs) : null
}

/** What each node but one says of all members; nodes that do not answer say nothing. */
async function statesOf(
  clients: ReadonlyMap<string, Client>,
  without: string | null,
): Promise<readonly ReadonlyMap<string, MemberStateView>[]> {
  const answers = await Promise.all(
    [...clients].filter(([name]) => name !== without).map(([, client]) => client.network()),
  )
  return answers.flatMap((answer) =>
    answer.ok ? [new Map(answer.value.members.map(({ peerId, state }) => [peerId, state]))] : [],
  )
}

function isWhole(clients: ReadonlyMap<string, Client>): Promise<boolean> {
  return until(
    async () => {
      const views = await statesOf(clients, null)
      return (
        views.length === NODES &&
        views.every((view) => [...view.values()].filter((s) => s === 'alive').length >= NODES - 1)
      )
    },
    { timeoutMs: 60_000, everyMs: POLL_MS },
  )
}

/**
 * Stops every node in turn for three seconds, a few at a time; counts who takes one of them for dead, then or later.
 */
async function pauseMany(
  network: LiveNetwork,
  clients: ReadonlyMap<string, Client>,
  all: readonly NodeStatus[],
  say: (text: string) => void,
): Promise<{ readonly tries: number; readonly dead: number }> {
  let dead = 0
  let tries = 0
  for (let round = 0; tries < PAUSES; round++) {
    const paused = Array.from(
      { length: PAUSED_AT_ONCE },
      (_, at) => all[(round * PAUSED_AT_ONCE + at) % all.length] as NodeStatus,
    )
    await network.ask('pause', { nodes: paused.map(({ name }) => name), forMs: PAUSE_MS })
    const others = new Map([...clients].filter(([name]) => !paused.some((node) => node.name === name)))
    const marked = new Set<string>()
    const endMs = performance.now() + PAUSE_MS + BREATH_MS
    while (performance.now() < endMs) {
      for (const members of await statesOf(others, null))
        for (const { peerId } of paused) if (members.get(peerId) === 'dead') marked.add(peerId)
      await pause(5 * POLL_MS)
    }
    dead += marked.size
    tries += paused.length
    if (tries % 20 === 0) say(`${tries} pauses of ${PAUSE_MS} ms: ${dead} dead marks`)
  }
  return { tries, dead }
}
