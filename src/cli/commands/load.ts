import { TRANSACTION_BYTES_MAX, TRANSACTION_BYTES_MIN } from '../../domain/codec/transaction-codec.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import type { Context } from '../context.ts'
import { findTarget, nodeNamed, tokenOf, type Target } from '../discovery.ts'
import { Failure, usageFailure } from '../failure.ts'
import { ACCOUNTS_MAX, RATE_MAX } from '../load/limits.ts'
import { runLoad } from '../load/load-session.ts'
import { loadDocument, loadText, type LoadReport } from '../load/load-text.ts'
import { readAmount, readCount, readDuration, readNodeNames, readSize } from '../parse.ts'

export const command = defineCommand({
  details:
    'An open loop: transactions are sent when they are due, whatever the answers, and each latency counts from the moment its transaction was ' +
    'due. On dev-* networks only, from their accounts load-0, load-1, …; each account sends to one node.',
  args: [],
  options: {
    rate: valueOr('--rate <number>', 'transactions a second, over all nodes', readCount(1, RATE_MAX), '100'),
    size: valueOr('--size <bytes>', 'size of each signed transaction', readSize, '250'),
    duration: valueOr('--for <duration>', 'how long', readDuration, '10s'),
    accounts: valueOr('--accounts <count>', 'how many accounts send', readCount(1, ACCOUNTS_MAX), `${ACCOUNTS_MAX}`),
    nodes: value(
      '--nodes <list>',
      'nodes of the testnet that get it, such as 0-4 (default: all that are up)',
      readNodeNames,
    ),
    fee: valueOr('--fee <units>', 'what each transaction pays', readAmount, '1'),
    settled: flag('--settled', 'wait until all are in settled blocks, and say how long that took'),
    timeout: valueOr('--timeout <duration>', 'how long --settled waits after the last was sent', readDuration, '60s'),
  },
  examples: [
    ['load --rate 500 --size 250 --for 60s', 'a minute of a busy network, over all nodes'],
    ['load --rate 50 --for 30s --settled --json', 'how long it takes into a settled block'],
  ],
  async run(context, { options }) {
    const { shared, terminal, stop } = context
    if (options.size < TRANSACTION_BYTES_MIN || options.size > TRANSACTION_BYTES_MAX)
      throw usageFailure(
        `--size: a signed transaction has ${TRANSACTION_BYTES_MIN} to ${TRANSACTION_BYTES_MAX} bytes, not ${options.size}`,
      )
    const { openLanes } = await import('../load/lanes.ts')
    const lanes = await openLanes(targetsOf(context, options.nodes), options)
    try {
      const report = await runLoad({ terminal, stop }, lanes, options)
      if (shared.json) terminal.document(loadDocument(report))
      else terminal.out(loadText(report))
      if (stop.aborted) return 'interrupted'
      const failure = failureOf(report)
      if (failure !== null) throw failure
      return 'done'
    } finally {
      lanes.close()
    }
  },
})

/** The nodes that get load: those of --nodes, or all of the testnet that are up, or the one that a command finds. */
function targetsOf(context: Context, names: readonly string[] | undefined): readonly Target[] {
  const found = findTarget(context)
  const { manifest } = found
  if (names !== undefined && manifest === null) throw usageFailure('--nodes: there is no testnet to take them from')
  // The testnet was found by its manifest, or the user named one node by its address and no others.
  if (manifest === null || (names === undefined && found.source !== `the testnet in ${manifest.home}`)) return [found]
  const nodes =
    names === undefined
      ? manifest.nodes.filter(({ state }) => state === 'ready')
      : names.map((name) => nodeNamed(manifest, name))
  return nodes.map(({ name, apiUrl, cookieFile }) => ({
    ...found,
    apiUrl,
    nodeName: name,
    token: () => tokenOf(manifest.home, cookieFile) ?? found.token(),
  }))
}

/**
 * Null where the load did what it was meant to: refusals are its figures, not its failure, unless there is nothing
 * else.
 */
function failureOf({ figures, inclusion }: LoadReport): Failure | null {
  const { accepted, known, refused, failed, sent } = figures
  if (accepted + known === 0 && sent > 0) {
    const [code = 'unanswered'] =
      Object.entries({ ...refused, ...failed })
        .sort(([, a], [, b]) => b - a)
        .at(0) ?? []
    return new Failure(
      code === 'unreachable' ? 'unreachable' : 'rejected',
      code,
      `none of ${sent} transactions was accepted`,
      '`hearsay testnet status` shows which nodes are up, `hearsay mempool` how full they are',
    )
  }
  if (inclusion === null || inclusion.settled >= inclusion.followed) return null
  return new Failure(
    'target-missed',
    'target-missed',
    `${inclusion.followed - inclusion.settled} accepted transactions were in no settled block in time`,
    'they may be settled later: `hearsay block list` shows the chain, --timeout waits longer',
  )
}
