/** The nodes of a file, on any machines: each is asked by its own API, and its clock is compared with the one here. */
import { gatherObject } from '../../client/gather.ts'
import { alignedRecords, errorBetween, shiftOf } from '../../trace/clocks.ts'
import type { Context } from '../context.ts'
import { CoverageWatch, type WatchOptions } from '../coverage-watch.ts'
import { gatheredRecording } from '../report-recording.ts'
import { NO_ANSWER } from '../top-screen.ts'
import { knownBy, type NetworkAnswers } from '../trace-network.ts'
import { ListedNetwork, type LookedNode } from './listed-network.ts'
import type { NodesFile } from './nodes-file.ts'
import type { TopSource, Vantage } from './vantage.ts'

export function listedVantage(context: Context, file: NodesFile): Vantage {
  return {
    ask: async (id) => ask(await lookedAt(file), id),
    async follow(id) {
      const settling = watched(context, await lookedAt(file), id)
      return { watch: new CoverageWatch(settling), settling }
    },
    nodes: () => lookedAt(file),
    // Whoever cuts links between machines tells nobody here.
    cut: () => Promise.resolve(null),
    top: () => openTop(file),
    async recording() {
      const network = new ListedNetwork(file)
      try {
        const { network: name, networkId } = await network.open()
        const nodes = network.nodes()
        for (const { name: silent, trouble } of nodes)
          if (trouble !== null) context.terminal.note(`${silent} could not be asked: ${trouble}`)
        return await gatheredRecording(context, { network: name, networkId }, nodes)
      } finally {
        network.close()
      }
    },
  }
}

/** Every node of the file, looked at once. */
async function lookedAt(file: NodesFile): Promise<readonly LookedNode[]> {
  const network = new ListedNetwork(file)
  try {
    await network.open()
    return network.nodes()
  } finally {
    network.close()
  }
}

async function ask(nodes: readonly LookedNode[], id: string): Promise<NetworkAnswers> {
  const told = new Map((await gatherObject(id, nodes.filter(hasAnswered))).map((answer) => [answer.name, answer]))
  const given = nodes.map(({ name, clock, trouble }) => ({
    ...(told.get(name) ?? { name, trouble, records: [], hasIt: false }),
    over: [],
    clock,
  }))
  const { records, clockErrorMs } = alignedRecords(given)
  const answers = given.map((answer) => ({ ...answer, records: records.filter(({ node }) => node === answer.name) }))
  return { nodes, answers, clockErrorMs, known: knownBy(id, answers), asked: null }
}

function watched({ stop }: Context, nodes: readonly LookedNode[], id: string): WatchOptions {
  // Whether a silent one lives nobody here knows: it is asked on, and counts as one that is not known to have it.
  return { id, nodes, stateOf: () => null, clocks: new Map(nodes.map(({ name, clock }) => [name, clock])), stop }
}

async function openTop(file: NodesFile): Promise<TopSource> {
  const [{ NetworkWatch }, { TopWatch }] = await Promise.all([
    import('../../../testnet/network-watch.ts'),
    import('../top-watch.ts'),
  ])
  const listed = new ListedNetwork(file)
  const { network } = await listed.open()
  const watch = new TopWatch(new NetworkWatch())
  /** A clock that a node was compared by stays with it: records are told apart by their times. */
  const follow = (): void =>
    watch.update({
      nodes: listed.nodes().map(({ name, apiUrl, peerId, clock, trouble }) => ({
        ...{ name, peerId, dials: [], clockAheadMs: shiftOf(clock) },
        state: trouble === null ? 'ready' : NO_ANSWER,
        apiUrl: trouble === null ? apiUrl : '',
      })),
    })
  follow()
  const errorMs = (): number => errorBetween(listed.nodes().map(({ clock }) => clock))
  return {
    network,
    async tick() {
      // A silent node may take its time: the others are not kept waiting for it.
      void listed.look()
      follow()
      await watch.tick()
    },
    // From here a process that does not answer is no other than one that is gone.
    nodes: () =>
      watch.nodes(errorMs()).map((node) => {
        const isSilent = node.state === 'late' || node.state === NO_ANSWER
        return isSilent ? { ...node, state: NO_ANSWER, perSecond: null } : node
      }),
    partition: null,
    get unseen() {
      const nodes = listed.nodes()
      const other = nodes.flatMap(({ name, trouble }) =>
        trouble === null || trouble === NO_ANSWER ? [] : [`${name}: ${trouble}`],
      )
      const uncompared = nodes.filter((node) => hasAnswered(node) && node.clock === null).map(({ name }) => name)
      return [
        ...other,
        ...(uncompared.length === 0 ? [] : [`clock not compared: ${uncompared.join(', ')}`]),
        `clocks compared: delays between nodes are right to ± ${errorMs().toFixed(1)} ms`,
        'whether a silent node lives is not known from here',
      ].join('; ')
    },
    act: null,
    close() {
      watch.close()
      listed.close()
    },
  }
}

function hasAnswered({ trouble }: LookedNode): boolean {
  return trouble === null
}
