/** `testnet up` without --detach: shows how the network is until the user stops it, and then stops the network. */
import type { Session } from '../../testnet/control-client.ts'
import type { TestnetStatus } from '../../testnet/control.ts'
import type { Context } from './context.ts'
import { Failure } from './failure.ts'
import { durationText } from './table-text.ts'
import { waitFor } from './waiting.ts'

/** How often the live line is drawn anew, ms: it asks every node, and must not be what they are busy with. */
const LOOK_EVERY_MS = 2_000

/** Returns when the network is gone: stopped by the user here, or by somebody else. */
export async function stayWithTestnet(context: Context, home: string, session: Session): Promise<void> {
  const { terminal, stop } = context
  const { command, down } = await import('../../testnet/control-client.ts')
  if (!terminal.isLive) terminal.note('Ctrl-C or SIGTERM stops the network')
  const ending = new AbortController()
  const endWatching = (): void => ending.abort()
  stop.addEventListener('abort', endWatching, { once: true })
  void session.ended.then(endWatching)
  while (await waitFor(LOOK_EVERY_MS, ending.signal)) {
    if (!terminal.isLive) continue
    const outcome = await command(home, 'status', {})
    if (outcome.kind === 'done') terminal.live(statusLine(outcome.value))
  }
  if (!stop.aborted) {
    terminal.note('the network was stopped')
    return
  }
  terminal.note('stopping the network; once more to stop at once')
  const outcome = await down(home, { force: false })
  if (outcome.kind === 'failed')
    throw new Failure('failed', 'still-running', outcome.message, 'try `hearsay testnet down --force`')
  await session.ended
  terminal.note('stopped')
}

/** `10/10 ready  mesh 4-6  pool 12  head 8  up 3 m 20 s  (Ctrl-C stops it)` */
function statusLine({ nodes, uptimeMs, partition }: TestnetStatus): string {
  const ready = nodes.filter((node) => node.state === 'ready').length
  const meshes = nodes.map((node) => node.mesh).filter((mesh) => mesh !== null)
  const heads = nodes.map((node) => node.head?.height ?? null).filter((height) => height !== null)
  const pools = nodes.map((node) => node.mempool?.count ?? null).filter((count) => count !== null)
  return [
    `${ready}/${nodes.length} ready`,
    `mesh ${rangeText(meshes)}`,
    `pool ${rangeText(pools)}`,
    `head ${rangeText(heads)}`,
    ...(partition === null ? [] : ['partitioned']),
    `up ${durationText(uptimeMs)}`,
    '(Ctrl-C stops it)',
  ].join('  ')
}

function rangeText(values: readonly number[]): string {
  if (values.length === 0) return '?'
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return low === high ? String(low) : `${low}-${high}`
}
