import { assertNever } from '../../lib/assert.ts'
import { defineCommand, flag } from '../command.ts'
import { distrustFailure, homeOf } from '../discovery.ts'
import { Failure } from '../failure.ts'

export const command = defineCommand({
  details:
    'Returns when no process of it is left. Where none runs there is nothing to do, which is success. Only processes that are proven to be of this ' +
    'home are ended.',
  args: [],
  options: { force: flag('--force', 'kill the nodes instead of letting them stop in good order') },
  examples: [['testnet down', 'stop the network of this folder']],
  without: ['api', 'token-file'],
  async run(context, { options }) {
    const { shared, terminal } = context
    const home = homeOf(context)
    const { down } = await import('../../../testnet/control-client.ts')
    const outcome = await down(home, { force: options.force })
    switch (outcome.kind) {
      case 'down':
        if (shared.json) terminal.document({ v: 1, home, nodes: outcome.nodes, forced: outcome.forced })
        else terminal.out(`stopped ${outcome.nodes} nodes${outcome.forced ? ', some by force' : ''}`)
        return 'done'
      case 'none':
        if (shared.json)
          terminal.document({ v: 1, home, nodes: 0, forced: false, stale: outcome.stale, killed: outcome.killed })
        else
          terminal.out(
            outcome.stale
              ? `the testnet in ${home} had ended without being stopped; cleared away what it left, ${outcome.killed} processes`
              : `no testnet runs in ${home}`,
          )
        return 'done'
      case 'distrusted':
        throw distrustFailure(outcome.distrust)
      case 'failed':
        throw new Failure('failed', 'still-running', outcome.message, 'try --force')
      default:
        return assertNever(outcome)
    }
  },
})
