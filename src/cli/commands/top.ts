import { defineCommand, flag } from '../command.ts'
import type { Context } from '../context.ts'
import { keysOf, type TopKey } from '../top-keys.ts'
import { topLine, topLines, type TopView } from '../top-screen.ts'
import { openNetwork } from '../vantage/open.ts'
import type { TopSource } from '../vantage/vantage.ts'
import { waitFor } from '../waiting.ts'
import type { Outcome } from '../exit.ts'

const SECOND_MS = 1_000

export const command = defineCommand({
  details:
    'Every second: height, peers, mesh, pool, transactions, copies, 95th percentile of the delay and delay of the event loop of every node, with keys to ' +
    'send, kill, restart, pause, cut and heal those of a testnet. Where there is no terminal it prints one plain line a second. --nodes shows the nodes of a file, ' +
    '--api the network as one node sees it; what cannot be seen from there is said.',
  args: [],
  options: { once: flag('--once', 'print the table after two seconds and end') },
  examples: [
    ['top', 'watch the testnet of this folder'],
    ['top --nodes nodes.json', 'watch nodes on any machines'],
  ],
  without: ['token-file'],
  follows: true,
  async run(context, { options }) {
    const source = await (await openNetwork(context)).top()
    const { stdin, shared, terminal } = context
    const isScreen = !options.once && !shared.json && stdin.isTTY && terminal.columns !== undefined && terminal.isLive
    try {
      return await (isScreen ? showScreen(context, source) : printLines(context, source, options.once))
    } finally {
      source.close()
    }
  },
})

async function printLines(context: Context, source: TopSource, once: boolean): Promise<Outcome> {
  const { shared, terminal, stop } = context
  await source.tick()
  for (let second = 0; await waitFor(SECOND_MS, stop); second++) {
    await source.tick()
    const view = viewOf(source, 0, '')
    if (once && second === 0) continue
    if (shared.json) terminal.document({ v: 1, ...view })
    else if (once) terminal.out(topLines(view, 200, 1_000).slice(0, -2).join('\n'))
    else terminal.out(topLine(view))
    if (once) return 'done'
  }
  return 'interrupted'
}

async function showScreen(context: Context, source: TopSource): Promise<Outcome> {
  const { stdin, terminal, stop } = context
  let selected = 0
  let message = ''
  const closing = new AbortController()
  stop.addEventListener('abort', () => closing.abort(), { once: true })
  const draw = (): void => {
    terminal.drawScreen(topLines(viewOf(source, selected, message), process.stdout.columns, process.stdout.rows))
  }
  const onOneKey = (key: TopKey): void => {
    const nodes = source.nodes()
    if (key === 'quit') closing.abort()
    else if (key === 'up') selected = Math.max(0, selected - 1)
    else if (key === 'down') selected = Math.min(nodes.length - 1, selected + 1)
    else if (source.act === null) message = `${key}: only a testnet of this machine can be steered from here`
    else {
      message = `${key} …`
      void source.act(key, nodes[selected]?.name ?? 'node-0').then((text) => {
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
      await source.tick()
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

function viewOf(source: TopSource, selected: number, message: string): TopView {
  const { network, partition, unseen, act } = source
  return {
    network,
    nodes: source.nodes(),
    selected,
    partition,
    nowMs: Date.now(),
    message,
    unseen,
    steers: act !== null,
  }
}
