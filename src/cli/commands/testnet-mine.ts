import type { MinedBlock } from '../../../testnet/control.ts'
import { defineCommand, flag } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { readCount } from '../parse.ts'
import { steer } from '../testnet-control.ts'

/** Blocks of one call: at two seconds a slot a few minutes, once the unused slots are used up. */
const BLOCKS_MAX = 100

export const command = defineCommand({
  details:
    'From the first of them on slots pass unused, and blocks are made by this command alone, also empty ones, until --release or the next start of the network. ' +
    'All rules on blocks hold: each is made by the owner of its slot. Slots that passed unused in the last 20 s are used up first, so several ' +
    'blocks come at once; after that a block waits for the next slot.',
  args: [{ name: 'count', summary: 'how many blocks (default: 1)', optional: true }],
  options: {
    hold: flag('--hold', 'make none: slots pass unused from now on'),
    release: flag('--release', 'blocks are made in slots again'),
  },
  examples: [
    ['testnet mine', 'what waits is in a block'],
    ['testnet mine 4', 'four validators in turn: what was in the first is settled'],
    ['testnet mine --release', 'back to a block a slot'],
  ],
  without: ['api', 'token-file'],
  async run(context, { args, options }) {
    const { shared, terminal, stop } = context
    if (options.hold && options.release) throw usageFailure('--hold and --release exclude one another')
    if (options.hold || options.release) {
      if (args.length > 0)
        throw usageFailure(`${options.hold ? '--hold' : '--release'} makes no block, so it takes no count`)
      const { isOn, wasOn } = await steer(context, 'on-demand', { isOn: options.hold })
      if (shared.json) terminal.document({ v: 1, blocksOnDemand: isOn, changed: isOn !== wasOn, blocks: [] })
      else terminal.out(stateText(isOn, wasOn))
      return 'done'
    }
    const count = args[0] === undefined ? { ok: true as const, value: 1 } : readCount(1, BLOCKS_MAX)(args[0])
    if (!count.ok) throw usageFailure(`count: ${count.message}`)
    const blocks: MinedBlock[] = []
    while (blocks.length < count.value && !stop.aborted) {
      const block = await steer(context, 'mine', {})
      blocks.push(block)
      if (!shared.json) terminal.out(blockText(block))
    }
    if (shared.json) terminal.document({ v: 1, blocksOnDemand: true, blocks })
    return stop.aborted ? 'interrupted' : 'done'
  },
})

function stateText(isOn: boolean, wasOn: boolean): string {
  if (isOn) return `slots pass unused${wasOn ? ' already' : ''}: \`hearsay testnet mine\` makes a block`
  return wasOn ? 'blocks are made in slots again' : 'blocks are made in slots as ever'
}

function blockText({ height, hash, slot, node, transactions, nodes, nodesUp }: MinedBlock): string {
  const what = transactions === 1 ? '1 transaction' : `${transactions} transactions`
  return `block ${height}  ${hash.slice(0, 8)}  slot ${slot} of ${node}, ${what}, on ${nodes}/${nodesUp} nodes`
}
