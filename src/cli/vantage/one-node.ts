/**
 * One node of a network elsewhere: it asks the others for us (PROTOCOL.md, observe), and tells what members say of
 * themselves. Coarser than to ask each, and all that is to be had where no other API can be reached.
 */
import { connect } from '../../client/connect.ts'
import { gatherObject } from '../../client/gather.ts'
import { failureText } from '../../client/outcome.ts'
import type { IdentityView, NetworkView } from '../../domain/views.ts'
import { idsOf } from '../../trace/journey.ts'
import { isRecord, type Recording } from '../../trace/recording.ts'
import { apiFailure, openApi } from '../api.ts'
import type { Context } from '../context.ts'
import { CoverageWatch, type WatchOptions } from '../coverage-watch.ts'
import type { Target } from '../discovery.ts'
import { gatheredRecording } from '../report-recording.ts'
import { SurveyWatch } from '../survey-watch.ts'
import { knownBy, surveyAnswers, SURVEY_ANSWER_MS_MAX, SURVEY_MS, type NetworkAnswers } from '../trace-network.ts'
import type { TopNode } from '../top-screen.ts'
import type { Following, SeenNode, TopSource, Vantage } from './vantage.ts'

const NOT_LISTED = 'its API is not known here: --nodes FILE lists it'

export function oneNodeVantage(context: Context, target: Target): Vantage {
  const identity = (): Promise<IdentityView> => openApi(context, target).identity()
  return {
    ask: async (id) => ask(context, target, await identity(), id),
    follow: (id, first) => follow(context, target, id, first),
    nodes: async () => nodesOf(context, target, await identity()),
    cut: () => Promise.resolve(null),
    top: async () => openTop(target, await identity()),
    recording: async () => record(context, target, await identity()),
  }
}

/**
 * What happened as this node and those that it asks remember it: the last transactions, each with what all say of it.
 * Where it asks nobody, what it remembers alone.
 */
async function record(context: Context, target: Target, identity: IdentityView): Promise<Recording> {
  const { name, peerId, network, networkId } = identity
  const node = { name, apiUrl: target.apiUrl, peerId, clock: null, trouble: null }
  const own = await gatheredRecording(context, { network, networkId }, [node])
  const ids = transactionsOf(own.lines)
  const { surveyed } = await import('./surveyed-recording.ts')
  const client = connect(target.apiUrl, { timeoutMs: SURVEY_ANSWER_MS_MAX })
  const { recording, count, trouble } = await surveyed(client, own, ids, context.stop).finally(() => client.close())
  context.terminal.note(
    count === 0
      ? `only what ${name} remembers${trouble}: --nodes FILE lists others that are to be asked as well`
      : `the last ${count} of ${ids.length} transactions, as ${name} and all that it can ask remember them${trouble}; blocks, meshes and heads are its own`,
  )
  return recording
}

/** Ids of the transactions of these lines, the newest first. */
function transactionsOf(lines: Recording['lines']): readonly string[] {
  const records = lines.filter((line) => isRecord(line)).filter(({ kind }) => kind === 'transaction')
  return idsOf(records.toSorted((a, b) => (BigInt(a.t_ns) < BigInt(b.t_ns) ? 1 : -1)))
}

/** The node itself, and its members: of these nobody here knows where their APIs are. */
async function nodesOf(context: Context, target: Target, { name, peerId }: IdentityView): Promise<readonly SeenNode[]> {
  const { members } = await openApi(context, target).network()
  const others = members.filter((member) => member.peerId !== peerId)
  return [
    { name, peerId, apiUrl: target.apiUrl, trouble: null },
    ...others.map((member) => ({ name: member.name, peerId: member.peerId, apiUrl: '', trouble: NOT_LISTED })),
  ]
}

async function ask(
  context: Context,
  target: Target,
  { name, peerId }: IdentityView,
  id: string,
): Promise<NetworkAnswers> {
  const client = connect(target.apiUrl, { timeoutMs: SURVEY_ANSWER_MS_MAX })
  try {
    const survey = await client.observations(id, { waitMs: SURVEY_MS })
    if (survey.ok) return surveyAnswers(survey.value)
    // It knows nothing of it: that is for the answer below to say.
    if (survey.kind === 'unreachable' || !(survey.status === 404 || survey.problem.code === 'observe-off'))
      throw apiFailure(survey, target, false)
    if (survey.problem.code === 'observe-off')
      context.terminal.note(`only ${name} is asked: ${survey.problem.message} (${survey.problem.hint})`)
  } finally {
    client.close()
  }
  const answers = await gatherObject(id, [{ name, apiUrl: target.apiUrl }])
  return {
    nodes: [{ name, peerId }],
    answers: answers.map((answer) => ({ ...answer, over: [], clock: { offsetMs: 0, errorMs: 0 } })),
    clockErrorMs: 0,
    known: knownBy(id, answers),
    asked: null,
  }
}

async function follow(context: Context, { apiUrl }: Target, id: string, name: string): Promise<Following> {
  const { stop } = context
  const settling: WatchOptions = { id, nodes: [{ name, apiUrl }], stateOf: () => null, stop }
  const watch = (await asksOthers(context, apiUrl, id, name))
    ? new SurveyWatch({ id, apiUrl, name, stop })
    : new CoverageWatch(settling)
  return { watch, settling }
}

/** Whether the node asks the others for us. */
async function asksOthers(context: Context, apiUrl: string, id: string, name: string): Promise<boolean> {
  const client = connect(apiUrl, { timeoutMs: SURVEY_ANSWER_MS_MAX })
  const survey = await client.observations(id, { samples: 1, waitMs: 100 })
  client.close()
  // Busy or silent for a moment: it will answer.
  if (survey.ok || survey.kind === 'unreachable' || survey.status === 503 || survey.status === 429) return true
  const why = survey.problem.code === 'observe-off' ? ` (${survey.problem.hint})` : ''
  context.terminal.note(`${name} does not ask other nodes${why}: the coverage is over this one node`)
  return false
}

async function openTop(target: Target, { name, peerId, network }: IdentityView): Promise<TopSource> {
  const [{ NetworkWatch }, { TopWatch }, { SurveyedSpread }] = await Promise.all([
    import('../../../testnet/network-watch.ts'),
    import('../top-watch.ts'),
    import('./surveyed-spread.ts'),
  ])
  const asked = new NetworkWatch()
  const watch = new TopWatch(asked)
  const client = connect(target.apiUrl, { timeoutMs: SURVEY_ANSWER_MS_MAX })
  const spread = new SurveyedSpread(client)
  watch.update({ nodes: [{ name, peerId, state: 'ready', apiUrl: target.apiUrl, dials: [] }] })
  let members: readonly Member[] = []
  let trouble = ''
  return {
    network,
    async tick() {
      const [picture] = await Promise.all([client.network(), watch.tick()])
      if (picture.ok) members = picture.value.members.filter((member) => member.peerId !== peerId)
      trouble = picture.ok ? '' : `${name} does not tell its members: ${failureText(picture)}`
      spread.next(asked.sightings.transactions())
    },
    nodes() {
      const figures = spread.figures()
      const own = watch.nodes().map((node) => ({ ...node, ...figures.get(peerId) }))
      return [...own, ...members.map((member) => ({ ...rowOf(member), ...figures.get(member.peerId) }))]
    },
    partition: null,
    get unseen() {
      const told = `seen through ${name}: of others their height, pool and state as members tell them, copies and delays of ${spread.count} transactions that it asked them for`
      return [trouble, spread.trouble, told, '--nodes FILE shows the rest'].filter((text) => text !== '').join('; ')
    },
    act: null,
    close() {
      watch.close()
      client.close()
    },
  }
}

type Member = NetworkView['members'][number]

/** What a member says of itself: the rest is for its own API to tell. */
function rowOf({ name, state, head, mempool }: Member): TopNode {
  return {
    ...{ name, state, height: head.height, pool: mempool.count },
    ...{ peers: null, mesh: null, taken: null, loopMs: null, copies: null, p95Ms: null },
    perSecond: null,
  }
}
