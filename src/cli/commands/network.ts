import { openApi } from '../api.ts'
import { agreementText, pictureOf, picturesOf, viewOf } from '../pictures.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import { findTarget, findTargets } from '../discovery.ts'
import { usageFailure } from '../failure.ts'
import { networkText } from '../network-text.ts'
import { readDuration, readText } from '../parse.ts'
import { waitFor } from '../waiting.ts'

export const command = defineCommand({
  details:
    'Any node answers for all: state, head and how far behind, version, age of what is known, and phi (the chance of such a silence is 10^-phi). Two nodes with the same digest see the same; of the nodes of --nodes all are asked, and who sees it otherwise is named. `reset` lets the node forget what it has learnt and learn it again.',
  args: [{ name: 'action', summary: 'reset: forget the network and learn it again', optional: true, words: ['reset'] }],
  options: {
    watch: flag('--watch', 'draw again until stopped; with --json one document a line'),
    every: valueOr('--every <duration>', 'how often --watch looks', readDuration, '2s'),
    node: value('--node <node>', 'a node of the testnet', readText),
    verbose: flag('-v, --verbose', 'whole ids, and addresses'),
  },
  examples: [
    ['network', 'one line a member'],
    ['network --node node-3 --json', 'the picture of one node, for a program'],
    ['network reset', 'when what it shows is beyond belief'],
  ],
  follows: true,
  async run(context, { args, options }) {
    const { shared, terminal, stop } = context
    const [action] = args
    if (action !== undefined && action !== 'reset')
      throw usageFailure(`action: "${action}" is not reset`, '`hearsay network` alone shows the network')
    const targets = findTargets(context, options.node)
    if (action === 'reset') {
      await openApi(context, findTarget(context, options.node)).resetNetwork()
      if (shared.json) terminal.document({ v: 1, reset: true })
      else terminal.out('forgotten: it learns the network again now; `hearsay network` shows how far it is')
      return 'done'
    }
    for (;;) {
      const pictures = await picturesOf(context, targets)
      const network = pictureOf(pictures)
      if (options.watch && !shared.json) terminal.redraw()
      if (shared.json) terminal.document(pictures.length === 1 ? network : { ...network, views: pictures.map(viewOf) })
      else {
        terminal.out(networkText(network, options.verbose))
        if (pictures.length > 1) terminal.out(`\n${agreementText(pictures)}`)
      }
      if (!options.watch || !(await waitFor(options.every, stop))) return 'done'
    }
  },
})
