import { toHex } from '../../lib/bytes.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { DRAFT_OPTIONS, signDraft } from '../draft.ts'
import { Failure, usageFailure } from '../failure.ts'
import { readDuration, readShare, readText } from '../parse.ts'
import type { SubmitView } from '../../domain/views.ts'

export const command = defineCommand({
  details:
    'The id is printed as soon as the node has the transaction on its disk. --watch or --until then follows it over all nodes of the network; a wait that ' +
    'runs out is no failed submission (exit 5). A block is settled when more than two thirds of the validators stand behind it. Sending a ' +
    'transaction that the node has already is success.',
  args: [],
  options: {
    ...DRAFT_OPTIONS,
    watch: flag('--watch', 'show live how many nodes have it, and wait for all, or for --until'),
    settled: flag('--settled', 'with --watch: wait on until it is settled in a block on as many nodes'),
    until: value('--until <percent>', 'watch until this share of the nodes has it (default: 100%)', readShare),
    timeout: valueOr('--timeout <duration>', 'how long --watch and --until wait', readDuration, '30s'),
    node: value('--node <name>', 'the node of the testnet that gets it first', readText),
  },
  examples: [
    ['tx send --from alice --to bob --amount 5 --watch', 'send on a dev-* network, and watch it spread'],
    ['tx send --from alice --to bob --amount 5 --watch --settled', 'and wait until it is settled in a block'],
    ['tx send --from savings --to hs1… --amount 5 --payload @note.txt', 'with a key of yours and bytes of a file'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    // Whoever names a share waits for it: without the wait an exit code of 0 would say that it was reached.
    const follows = options.watch || options.until !== undefined
    if (options.settled && !follows) throw usageFailure('--settled: it needs --watch', 'give both')
    const target = findTarget(context, options.node)
    const api = openApi(context, target)
    const identity = await api.identity()
    const network = { name: identity.network, id: identity.networkId }
    const signed = await signDraft(context, options, network, async (key) =>
      BigInt((await api.account(toHex(key))).nextNonce),
    )
    const following = follows
      ? await (await import('../follow-transaction.ts')).openFollowing(context, target, signed.id, identity.name)
      : null
    try {
      await following?.watch.listening()
      const submitted = await submit(api, signed.id, signed.bytes)
      following?.watch.mark(target.nodeName ?? identity.name)
      if (!shared.json) terminal.out(signed.id)
      else if (following !== null)
        terminal.noteDocument({ v: 1, event: 'submitted', id: signed.id, status: submitted.status })
      if (!shared.json || following === null) terminal.note(acceptedText(submitted, identity.name))
      if (following === null) {
        if (shared.json)
          terminal.document({
            v: 1,
            id: signed.id,
            status: submitted.status,
            state: submitted.state,
            nonce: signed.draft.nonce.toString(),
          })
        return 'done'
      }
      return await following.follow(submitted, { ...options, until: options.until ?? 1 })
    } finally {
      following?.watch.close()
    }
  },
})

/** A call that breaks off may have arrived: the id is what the user needs then. */
async function submit(api: ReturnType<typeof openApi>, id: string, bytes: Uint8Array): Promise<SubmitView> {
  try {
    return await api.submit(bytes)
  } catch (error) {
    if (!(error instanceof Failure) || error.outcome !== 'unreachable') throw error
    throw new Failure(
      'unreachable',
      error.code,
      `${error.message}; it may have taken ${id} all the same`,
      `ask with \`hearsay tx show ${id.slice(0, 12)}\`; sending it again does no harm`,
    )
  }
}

function acceptedText({ status, state }: SubmitView, nodeName: string): string {
  if (status === 'known') return `already known to ${nodeName} (${state})`
  return state === 'parked'
    ? `${nodeName} has it on its disk; it waits for the sender's missing nonces`
    : `${nodeName} has it on its disk, and it is on its way`
}
