import type { HealthView } from '../../domain/views.ts'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readText } from '../parse.ts'
import { problemLines } from '../problem-text.ts'

export const command = defineCommand({
  details:
    'Says what is wrong, why that probably is, and what to do. Exits with 7 where a problem (✗) keeps the node from its work, and with 0 where there are\nnotices (!) only. `hearsay status` says it too, below the figures.',
  args: [],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [
    ['health', 'what is wrong with the node of this folder?'],
    ['health --node node-3 --json', 'one node of the testnet, for a program'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    const api = openApi(context, findTarget(context, options.node))
    const health = await api.health()
    if (shared.json) terminal.document(health)
    else terminal.out(healthText(health))
    return health.ok ? 'done' : 'not-ready'
  },
})

function healthText({ details }: HealthView): string {
  if (details.length === 0) return '✓ nothing is wrong'
  // Each problem begins with an empty line, to stand apart from what is above it.
  return problemLines(details).slice(1).join('\n')
}
