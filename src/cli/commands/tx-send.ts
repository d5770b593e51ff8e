import { toHex } from '../../lib/bytes.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value, valueOr } from '../command.ts'
import type { Context } from '../context.ts'
import { coverageLine, laggardLines } from '../coverage-text.ts'
import type { CoverageWatch } from '../coverage-watch.ts'
import type { Target } from '../discovery.ts'
import { findTarget, readTestnetManifest } from '../discovery.ts'
import { DRAFT_OPTIONS, signDraft } from '../draft.ts'
import type { Outcome } from '../exit.ts'
import { Failure } from '../failure.ts'
import { readDuration, readShare, readText } from '../parse.ts'
import type { SubmitView } from '../../domain/views.ts'

/** The live line is drawn at most this often, ms. */
const DRAW_EVERY_MS = 50

export const command = defineCommand({
  details:
    'The id is printed as soon as the node has the transaction on its disk. --watch then follows it over all nodes of the network; a wait that ' +
    'runs out is no failed submission (exit 5). Sending a transaction that the node has already is success.',
  args: [],
  options: {
    ...DRAFT_OPTIONS,
    watch: flag('--watch', 'show live how many nodes have it, and wait for --until'),
    until: valueOr('--until <percent>', 'share of the nodes that --watch waits for', readShare, '100%'),
    timeout: valueOr('--timeout <duration>', 'how long --watch waits', readDuration, '30s'),
    node: value('--node <name>', 'the node of the testnet that gets it first', readText),
  },
  examples: [
    ['tx send --from alice --to bob --amount 5 --watch', 'send on a dev-* network, and watch it spread'],
    ['tx send --from savings --to hs1… --amount 5 --payload @note.txt', 'with a key of yours and bytes of a file'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    const target = findTarget(context, options.node)
    const api = openApi(context, target)
    const identity = await api.identity()
    const network = { name: identity.network, id: identity.networkId }
    const signed = await signDraft(context, options, network, async (key) =>
      BigInt((await api.account(toHex(key))).nextNonce),
    )
    const watch = options.watch ? await openWatch(context, target, signed.id, identity.name) : null
    try {
      await watch?.listening()
      const submitted = await submit(api, signed.id, signed.bytes)
      watch?.mark(target.nodeName ?? identity.name)
      if (!shared.json) terminal.out(signed.id)
      else if (watch !== null)
        terminal.note(JSON.stringify({ v: 1, event: 'submitted', id: signed.id, status: submitted.status }))
      if (!shared.json || watch === null) terminal.note(acceptedText(submitted, identity.name))
      if (watch === null) {
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
      return await follow(context, watch, submitted, options)
    } finally {
      watch?.close()
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

async function openWatch(context: Context, target: Target, id: string, nodeName: string): Promise<CoverageWatch> {
  const { CoverageWatch } = await import('../coverage-watch.ts')
  const { manifest } = target
  if (manifest === null) {
    context.terminal.note(
      `no testnet manifest here: only ${nodeName} can be asked, so the coverage is over this one node`,
    )
    return new CoverageWatch({
      id,
      nodes: [{ name: nodeName, apiUrl: target.apiUrl }],
      stateOf: () => null,
      stop: context.stop,
    })
  }
  let states = new Map(manifest.nodes.map((node) => [node.name, node.state]))
  let readAt = performance.now()
  return new CoverageWatch({
    id,
    nodes: manifest.nodes,
    stateOf: (name) => {
      // Nodes come and go while we wait; the supervisor writes it down.
      if (performance.now() - readAt > 250) {
        states = new Map(readTestnetManifest(manifest.home)?.nodes.map((node) => [node.name, node.state]))
        readAt = performance.now()
      }
      return states.get(name) ?? 'stopped'
    },
    stop: context.stop,
  })
}

async function follow(
  context: Context,
  watch: CoverageWatch,
  submitted: SubmitView,
  options: { readonly until: number; readonly timeout: number },
): Promise<Outcome> {
  const { shared, terminal } = context
  let drawnAt = Number.NEGATIVE_INFINITY
  const end = await watch.until(options.until, options.timeout, submitted.status === 'known', (figures) => {
    if (performance.now() - drawnAt < DRAW_EVERY_MS) return
    drawnAt = performance.now()
    terminal.live(coverageLine(figures))
  })
  const figures = watch.figures()
  terminal.endLive()
  if (shared.json) {
    const { id, status } = submitted
    terminal.document({ v: 1, id, status, ...figures })
  } else {
    terminal.out(coverageLine(figures))
    for (const line of laggardLines(figures)) terminal.out(line)
  }
  if (end === 'reached') return 'done'
  if (end === 'stopped') return 'interrupted'
  const waited = `${figures.reached} of ${figures.nodes} nodes have it after ${options.timeout} ms, and ${options.until * 100}% were asked for`
  throw new Failure(
    'target-missed',
    'target-missed',
    `${waited}; without it: ${figures.laggards.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`,
    `the transaction is accepted and goes on spreading; \`hearsay tx show ${submitted.id.slice(0, 12)} --node NAME\` asks one node`,
  )
}

function acceptedText({ status, state }: SubmitView, nodeName: string): string {
  if (status === 'known') return `already known to ${nodeName} (${state})`
  return state === 'parked'
    ? `${nodeName} has it on its disk; it waits for the sender's missing nonces`
    : `${nodeName} has it on its disk, and it is on its way`
}
