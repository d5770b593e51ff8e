import { defineCommand, flag } from '../command.ts'
import type { Context } from '../context.ts'
import { readTestnetManifest, runningTestnet } from '../discovery.ts'
import { keysOf, type TopKey } from '../top-keys.ts'
import { topLine, topLines, type TopView } from '../top-screen.ts'
import { TopWatch } from '../top-watch.ts'
import { waitFor } from '../waiting.ts'
import type { Outcome } from '../exit.ts'
import { assertNever } from '../../lib/assert.ts'
import type { Manifest } from '../../home/manifest.ts'

const SECOND_MS = 1_000
const PAUSE_MS = 5_000

export const command = defineCommand({
  details:
    'Every second: height, peers, mesh, pool, transactions, copies, 95th percentile of the delay and delay of the event loop of every node, with keys to ' +
    'send, kill, restart, pause, cut and heal. Where there is no terminal it prints one plain line a second.',
  args: [],
  options: { once: flag('--once', 'print the table after two seconds and end') },
  examples: [['top', 'watch the testnet of this folder']],
  without: ['api', 'token-file'],
  follows: true,
  async run(context, { options }) {
    const manifest = runningTestnet(context)
    const { NetworkWatch } = await import('../../../testnet/network-watch.ts')
    const watch = new TopWatch(new NetworkWatch())
    watch.update(manifest)
    const { stdin, shared, terminal } = context
    const isScreen = !options.once && !shared.json && stdin.isTTY && terminal.columns !== undefined && terminal.isLive
    try {
      return await (isScreen
        ? showScreen(context, manifest, watch)
        : printLines(context, manifest, watch, options.once))
    } finally {
      watch.close()
    }
  },
})

async function printLines(context: Context, manifest: Manifest, watch: TopWatch, once: boolean): Promise<Outcome> {
  const { shared, terminal, stop } = context
  await watch.tick()
  for (let second = 0; await waitFor(SECOND_MS, stop); second++) {
    watch.update(readTestnetManifest(manifest.home) ?? manifest)
    await watch.tick()
    const view = viewOf(manifest, watch, 0, '', await partitionOf(manifest))
    if (once && second === 0) continue
    if (shared.json) terminal.document({ v: 1, ...view })
    else if (once) terminal.out(topLines(view, 200, 1_000).slice(0, -2).join('\n'))
    else terminal.out(topLine(view))
    if (once) return 'done'
  }
  return 'interrupted'
}

async function showScreen(context: Context, manifest: Manifest, watch: TopWatch): Promise<Outcome> {
  const { stdin, terminal, stop } = context
  let selected = 0
  let message = ''
  let partition: Partition = null
  const closing = new AbortController()
  stop.addEventListener('abort', () => closing.abort(), { once: true })
  const draw = (): void => {
    const view = viewOf(manifest, watch, selected, message, partition)
    const lines = topLines(view, process.stdout.columns, process.stdout.rows)
    terminal.drawScreen(lines)
  }
  const onOneKey = (key: TopKey): void => {
    const count = watch.nodes().length
    if (key === 'quit') closing.abort()
    else if (key === 'up') selected = Math.max(0, selected - 1)
    else if (key === 'down') selected = Math.min(count - 1, selected + 1)
    else {
      message = `${key} …`
      void carryOut(context, manifest, watch.nodes()[selected]?.name ?? 'node-0', key, watch).then((text) => {
        message = text
        draw()
      })
    }
  }
  const onKey = (bytes: Buffer): void => {
    for (const key of keysOf(bytes.toString('utf8'))) onOneKey(key)
    draw()
  }
  terminal.takeScreen()
  stdin.setRawMode(true)
  stdin.on('data', onKey)
  process.stdout.on('resize', draw)
  try {
    do {
      watch.update(readTestnetManifest(manifest.home) ?? manifest)
      ;[partition] = await Promise.all([partitionOf(manifest), watch.tick()])
      draw()
    } while (await waitFor(SECOND_MS, closing.signal))
  } finally {
    process.stdout.off('resize', draw)
    stdin.off('data', onKey)
    stdin.setRawMode(false)
    stdin.pause()
    terminal.giveScreen()
  }
  terminal.endLive()
  return 'done'
}

/** What a key does, and what came of it in words. */
async function carryOut(
  context: Context,
  manifest: Manifest,
  node: string,
  key: Exclude<TopKey, 'up' | 'down' | 'quit'>,
  watch: TopWatch,
): Promise<string> {
  const { command: ask } = await import('../../../testnet/control-client.ts')
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
      return told(ask(home, 'kill', { nodes: [node] }), `${node} was killed`)
    case 'restart':
      return told(ask(home, 'restart', { nodes: [node] }), `${node} is back`)
    case 'pause':
      return told(ask(home, 'pause', { nodes: [node], forMs: PAUSE_MS }), `${node} is paused for 5 s`)
    case 'cut': {
      const names = watch.nodes().map(({ name }) => name)
      const half = Math.ceil(names.length / 2)
      const groups = [names.slice(0, half), names.slice(half)]
      return told(ask(home, 'partition', { groups, forMs: null }), 'the network is cut in halves: h heals it')
    }
    case 'heal':
      return told(ask(home, 'heal', {}), 'all links stand again')
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

type Partition = TopView['partition']

/** The cut that stands now; also null where the supervisor does not say. */
async function partitionOf({ home }: Manifest): Promise<Partition> {
  const { command: ask } = await import('../../../testnet/control-client.ts')
  const asked = await ask(home, 'partition-status', {})
  return asked.kind === 'done' ? asked.value.partition : null
}

function viewOf(
  { network }: Manifest,
  watch: TopWatch,
  selected: number,
  message: string,
  partition: Partition,
): TopView {
  return { network, nodes: watch.nodes(), selected, partition, nowMs: Date.now(), message }
}
