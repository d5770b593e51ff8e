import { toHex } from '../../lib/bytes.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import type { Context } from '../context.ts'
import { findTarget, type Target } from '../discovery.ts'
import { DRAFT_OPTIONS, signDraft, type SignedDraft } from '../draft.ts'
import type { Outcome } from '../exit.ts'
import { Failure, usageFailure } from '../failure.ts'
import { readDuration, readShare, readText } from '../parse.ts'
import { waitFor } from '../waiting.ts'
import type { IdentityView, PeersView, StatusView, SubmitView } from '../../domain/views.ts'

/** Calls of one sender that may be faster than this one, and the pause that spreads them, ms. */
const ATTEMPTS_MAX = 32
const AGAIN_MS = 20
/**
 * How often another call may have made the very same transaction: each time it would have to be within the same
 * millisecond.
 */
const KNOWN_ATTEMPTS_MAX = 4

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
    node: value('--node <node>', 'the node of the testnet that gets it first', readText),
  },
  examples: [
    ['tx send --from alice --to bob --amount 5 --watch', 'send on a dev-* network, and watch it spread'],
    ['tx send --from alice --to bob --amount 5 --watch --settled', 'and wait until it is settled in a block'],
    ['tx send --from savings --to hs1… --amount 5 --payload @note.txt', 'with a key of yours and bytes of a file'],
  ],
  async run(context, { options }) {
    // Whoever names a share waits for it: without the wait an exit code of 0 would say that it was reached.
    const follows = options.watch || options.until !== undefined
    if (options.settled && !follows) throw usageFailure('--settled: it needs --watch', 'give both')
    const target = findTarget(context, options.node)
    const api = openApi(context, target)
    const identity = await api.identity()
    const network = { name: identity.network, id: identity.networkId }
    let signed = await signDraft(context, options, network, async (key) =>
      BigInt((await api.account(toHex(key))).nextNonce),
    )
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(context, { api, target, identity, follows, options, signed, attempt })
      } catch (error) {
        // Another call of the same sender was faster: the nonce was our choice, so it is ours to choose again.
        if (signed.again === null || attempt === ATTEMPTS_MAX || !isNonceTaken(error)) throw hinted(error, signed)
        await waitFor(Math.random() * attempt * AGAIN_MS, context.stop)
        signed = await signed.again()
      }
    }
  },
})

interface Sending {
  readonly api: ReturnType<typeof openApi>
  readonly target: Target
  readonly identity: IdentityView
  readonly follows: boolean
  readonly options: { readonly until: number | undefined; readonly timeout: number; readonly settled: boolean }
  readonly signed: SignedDraft
  readonly attempt: number
}

async function send(
  context: Context,
  { api, target, identity, follows, options, signed, attempt }: Sending,
): Promise<Outcome> {
  const { shared, terminal } = context
  const first = target.nodeName ?? identity.name
  const following = follows
    ? await (await import('../vantage/open.ts')).openVantage(context, target).follow(signed.id, first)
    : null
  try {
    await following?.watch.listening()
    const submitted = await submit(api, signed.id, signed.bytes)
    // Two calls of one moment make the very same transaction: it is the other one's.
    if (submitted.status === 'known' && signed.again !== null && attempt <= KNOWN_ATTEMPTS_MAX)
      throw new Failure('rejected', 'nonce-too-low', 'another call sent the same transaction at the same moment')
    following?.watch.mark(first)
    const loneliness = await lonelinessOf(api)
    if (!shared.json) terminal.out(signed.id)
    else if (following !== null)
      terminal.noteDocument({ v: 1, event: 'submitted', id: signed.id, status: submitted.status })
    if (!shared.json || following === null) terminal.note(acceptedText(submitted, identity.name, loneliness !== null))
    if (following === null) {
      if (shared.json)
        terminal.document({
          v: 1,
          id: signed.id,
          status: submitted.status,
          state: submitted.state,
          nonce: signed.draft.nonce.toString(),
          ...(loneliness !== null && { alone: true }),
        })
      return 'done'
    }
    // One node of one is no spread where there are others to be reached.
    if (loneliness?.isExpected === false && target.manifest === null && target.listed === undefined)
      throw new Failure(
        'not-ready',
        'alone',
        `${identity.name} has it on its disk and no peer to give it to: ${loneliness.message}`,
        loneliness.next,
      )
    const { follow } = await import('../follow-transaction.ts')
    return await follow(context, following, submitted, { ...options, until: options.until ?? 1 })
  } finally {
    following?.watch.close()
  }
}

/**
 * Null where the node has peers. `isExpected`: it knows of no address to dial, so that a network of one may be meant.
 */
async function lonelinessOf(
  api: ReturnType<typeof openApi>,
): Promise<{ readonly isExpected: boolean; readonly message: string; readonly next: string } | null> {
  try {
    const status = await api.status()
    if (status.peers > 0) return null
    const { dials = [] } = (await api.peers()) as Partial<PeersView>
    const told = (status as Partial<StatusView>).problems?.find(({ code }) => code === 'no-peers')
    const { message, next } = told ?? { message: 'no peer is connected', next: 'see `hearsay peers`' }
    return {
      isExpected: !dials.some(({ configured }) => configured),
      message,
      next: `it goes out as soon as one connects; ${next}`,
    }
  } catch {
    // It was taken; what the node says of its peers is beside that.
    return null
  }
}

function isNonceTaken(error: unknown): boolean {
  return error instanceof Failure && (error.code === 'replacement-underpriced' || error.code === 'nonce-too-low')
}

/** A hint names no option that was not given. */
function hinted(error: unknown, { again }: SignedDraft): unknown {
  if (!(error instanceof Failure) || again === null || !isNonceTaken(error)) return error
  return new Failure(
    error.outcome,
    error.code,
    error.message,
    'other calls of the same sender were faster each time: try again',
  )
}

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

function acceptedText({ status, state }: SubmitView, nodeName: string, isAlone: boolean): string {
  if (status === 'known') return `already known to ${nodeName} (${state})`
  return state === 'parked'
    ? `${nodeName} has it on its disk; it waits for the sender's missing nonces`
    : `${nodeName} has it on its disk, and ${isAlone ? 'is alone: nobody else gets it before a peer connects' : 'it is on its way'}`
}
