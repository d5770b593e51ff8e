import type { StatusView } from '../../domain/views.ts'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import type { Outcome } from '../exit.ts'
import { readText } from '../parse.ts'
import { problemLines } from '../problem-text.ts'
import { durationText, fieldsText, sizeText } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'

export const command = defineCommand({
  details: 'Exits with 7 while the node is starting or failing, so that a script can wait for it.',
  args: [],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [
    ['status', 'the node of this folder'],
    ['status --node node-3 --json', 'one node of the testnet, for a program'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    const api = openApi(context, findTarget(context, options.node))
    const status = await api.status()
    if (shared.json) terminal.document(status)
    else terminal.out([statusText(status), ...problemLines(status.problems)].join('\n'))
    return outcomeOf(status)
  },
})

function statusText(status: StatusView): string {
  const { mempool, verifier } = status
  return fieldsText([
    [
      'node',
      `${plain(status.name)}  ${status.state}  up ${durationText(status.uptimeMs)}  ${plain(status.agentVersion)}`,
    ],
    ['network', `${plain(status.network)}  ${status.networkId}`],
    ['peer id', plain(status.peerId)],
    ['listens', status.listen.map(plain).join(' ') || 'nowhere'],
    ['peers', `${status.peers}, ${status.mesh} in the mesh`],
    ['head', `${status.head.height}  ${status.head.hash}`],
    ['settled', String(status.settled.height)],
    ...validatorLine(status),
    ['pool', `${mempool.count} pending, ${mempool.parked} parked, ${sizeText(mempool.bytes)}`],
    [
      'checks',
      `${verifier.verifications} signatures by ${verifier.name}${verifier.fallbackReason === null ? '' : ` (slow: ${verifier.fallbackReason})`}`,
    ],
    [
      'process',
      `${status.pid}, ${sizeText(status.rssBytes)}, event loop p99 ${status.eventLoopDelayP99Ms.toFixed(1)} ms${latest(status)}`,
    ],
  ])
}

/** The longest delay, where the node says it: one of another version may not. */
function latest({ eventLoopDelayMaxMs }: Partial<Pick<StatusView, 'eventLoopDelayMaxMs'>>): string {
  return eventLoopDelayMaxMs === undefined ? '' : `, max ${eventLoopDelayMaxMs.toFixed(1)} ms`
}

function validatorLine({ validator }: Partial<Pick<StatusView, 'validator'>>): readonly (readonly [string, string])[] {
  // Undefined: a node of another version.
  if (validator === null || validator === undefined) return []
  const { key, lastSignedSlot, silentUntil } = validator
  const last = lastSignedSlot === null ? 'has signed no slot' : `last signed slot ${lastSignedSlot}`
  const silence = silentUntil === null ? '' : `; makes no block until ${new Date(silentUntil).toISOString()}`
  return [['validator', `${key}  ${last}${silence}`]]
}

function outcomeOf(status: StatusView): Outcome {
  return status.state === 'ready' || status.state === 'alone' ? 'done' : 'not-ready'
}
