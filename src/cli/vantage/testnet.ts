/** A testnet of this machine: its manifest names the nodes, its supervisor knows who lives and steers them. */
import { assertNever } from '../../lib/assert.ts'
import { gatherObject } from '../../client/gather.ts'
import type { Manifest } from '../../home/manifest.ts'
import type { Context } from '../context.ts'
import { CoverageWatch, type WatchOptions } from '../coverage-watch.ts'
import { readTestnetManifest } from '../discovery.ts'
import { recordingOf } from '../report-recording.ts'
import { knownBy, type NetworkAnswers } from '../trace-network.ts'
import type { TopView } from '../top-screen.ts'
import type { ActKey, TopSource, Vantage } from './vantage.ts'

const PAUSE_MS = 5_000
/** How old what the supervisor wrote down may be, ms. */
const MANIFEST_AGE_MS_MAX = 250

export function testnetVantage(context: Context, manifest: Manifest): Vantage {
  return {
    ask: (id) => ask(manifest, id),
    follow: (id) => {
      const settling = watched(context, manifest, id)
      return Promise.resolve({ watch: new CoverageWatch(settling), settling })
    },
    nodes: () =>
      Promise.resolve(
        manifest.nodes.map(({ name, peerId, apiUrl, state }) => ({
          ...{ name, peerId, apiUrl },
          trouble: state === 'ready' ? null : state,
        })),
      ),
    cut: () => cutOf(context, manifest),
    top: () => openTop(context, manifest),
    recording: () => recordingOf(context, manifest),
  }
}

async function ask(manifest: Manifest, id: string): Promise<NetworkAnswers> {
  const answers = await gatherObject(id, manifest.nodes)
  const known = knownBy(id, answers)
  for (const { name, states = [] } of manifest.nodes)
    for (const { atMs, state } of states) known.attendance.note(name, BigInt(atMs) * 1_000_000n, state)
  // A testnet is a network of this machine: one clock stamps all records.
  const clock = { offsetMs: 0, errorMs: 0 }
  return {
    nodes: manifest.nodes,
    answers: answers.map((answer) => ({ ...answer, over: [], clock })),
    clockErrorMs: 0,
    known,
    asked: null,
  }
}

function watched({ stop }: Context, manifest: Manifest, id: string): WatchOptions {
  let states = new Map(manifest.nodes.map((node) => [node.name, node.state]))
  let readAt = performance.now()
  const stateOf: WatchOptions['stateOf'] = (name) => {
    // Nodes come and go while we wait; the supervisor writes it down.
    if (performance.now() - readAt > MANIFEST_AGE_MS_MAX) {
      states = new Map(readTestnetManifest(manifest.home)?.nodes.map((node) => [node.name, node.state]))
      readAt = performance.now()
    }
    return states.get(name) ?? 'stopped'
  }
  return { id, nodes: manifest.nodes, stateOf, stop }
}

async function openTop(context: Context, manifest: Manifest): Promise<TopSource> {
  const [{ NetworkWatch }, { TopWatch }] = await Promise.all([
    import('../../../testnet/network-watch.ts'),
    import('../top-watch.ts'),
  ])
  const watch = new TopWatch(new NetworkWatch())
  let partition: TopView['partition'] = null
  return {
    network: manifest.network,
    async tick() {
      watch.update(readTestnetManifest(manifest.home) ?? manifest)
      ;[partition] = await Promise.all([partitionOf(manifest), watch.tick()])
    },
    nodes: () => watch.nodes(),
    get partition() {
      return partition
    },
    unseen: '',
    act: (key, node) =>
      carryOut(
        context,
        manifest,
        { key, node },
        watch.nodes().map(({ name }) => name),
      ),
    close: () => watch.close(),
  }
}

async function carryOut(
  context: Context,
  manifest: Manifest,
  { key, node }: { readonly key: ActKey; readonly node: string },
  names: readonly string[],
): Promise<string> {
  const { command: steer } = await import('../../../testnet/control-client.ts')
  const { home } = manifest
  const told = async (
    asked: Promise<{ kind: string; refusal?: { message: string }; message?: string }>,
    done: string,
  ) => {
    const outcome = await asked
    return outcome.kind === 'done' ? done : (outcome.refusal?.message ?? outcome.message ?? 'the network is gone')
  }
  switch (key) {
    case 'kill':
      return told(steer(home, 'kill', { nodes: [node] }), `${node} was killed`)
    case 'restart':
      return told(steer(home, 'restart', { nodes: [node] }), `${node} is back`)
    case 'pause':
      return told(steer(home, 'pause', { nodes: [node], forMs: PAUSE_MS }), `${node} is paused for 5 s`)
    case 'cut': {
      const half = Math.ceil(names.length / 2)
      const groups = [names.slice(0, half), names.slice(half)]
      return told(steer(home, 'partition', { groups, forMs: null }), 'the network is cut in halves: h heals it')
    }
    case 'heal':
      return told(steer(home, 'heal', {}), 'all links stand again')
    case 'send':
      return sendThrough(context, manifest, node)
    default:
      return assertNever(key)
  }
}

async function sendThrough(context: Context, manifest: Manifest, node: string): Promise<string> {
  const { pageUrl } = manifest.supervisor
  if (pageUrl === undefined) return 'this network has no page to send through'
  const url = new URL(pageUrl)
  const answer = await fetch(new URL('/v1/act/send', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${url.hash.slice('#key='.length)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ node }),
    signal: context.stop,
  })
  const document = (await answer.json()) as { id?: string; message?: string }
  return answer.ok ? `${node} took ${document.id?.slice(0, 12) ?? ''}` : (document.message ?? 'it was not taken')
}

/** The cut that stands now; also null where the supervisor does not say. */
async function partitionOf({ home }: Manifest): Promise<TopView['partition']> {
  const { command: steer } = await import('../../../testnet/control-client.ts')
  const asked = await steer(home, 'partition-status', {})
  return asked.kind === 'done' ? asked.value.partition : null
}

async function cutOf({ terminal }: Context, { home }: Manifest): Promise<readonly (readonly string[])[] | null> {
  const { command: steer } = await import('../../../testnet/control-client.ts')
  const status = await steer(home, 'status', {})
  if (status.kind === 'done') return status.value.partition?.groups ?? null
  terminal.note('the supervisor does not answer: whether links are cut is not known')
  return null
}
