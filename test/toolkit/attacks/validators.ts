/** Attacks of validators against the chain: A34 to A37. */
import { decodeChainRequest } from '../../../src/domain/codec/chain-codec.ts'
import { decodeProbeRequest, encodeProbeAnswer, encodeProbeRequest } from '../../../src/domain/codec/probe-codec.ts'
import type { SignedHeader } from '../../../src/domain/block.ts'
import { asBlockHash, type BlockHash } from '../../../src/domain/ids.ts'
import { concatAll, toHex } from '../../../src/lib/bytes.ts'
import { createPrng } from '../../../src/lib/prng.ts'
import { Forger } from '../../../src/sim/forger.ts'
import { devValidator } from '../../../testnet/dev-network.ts'
import type { Attack, Ground, Validators } from '../arena/attack.ts'
import type { NodePlace } from '../processes/node-under-test.ts'
import { headOf, LOOK_MS, watched } from '../arena/heads-watch.ts'
import type { HostilePeer } from '../hostile/hostile-peer.ts'
import { transactionOf } from '../processes/funded-network.ts'
import { eventually, keep, Sight, type Gang } from '../arena/sight.ts'

/** Four nodes with a key each, and three keys of the attackers'. */
const THREE_OF_SEVEN: Validators = { keys: 7, attackers: [1, 3, 5] }
/** Three nodes with a key each, one without, and a key of the attacker's. */
const ONE_OF_FOUR: Validators = { keys: 4, attackers: [3] }
/** Most headers of one answer. */
const HEADERS_MAX = 512
/** More than a node holds of headers in all. */
const SIBLINGS = 9_000
/** What must not pass without a head's going on: the second slot in which an honest validator can make a block. */
const STANDSTILL_MAX = 2

/** What the attackers show, and what they are asked for. */
interface Show {
  readonly forger: Forger
  /** Headers of one slot, of which the next ones are in every answer, round and round. */
  readonly siblings: readonly SignedHeader[]
  readonly givesBodies: boolean
  readonly asked: Set<BlockHash>
}

function forgerOf(ground: Ground, { attackers }: Validators, hasBodies: boolean): Forger {
  const secrets = attackers.map((number) => devValidator(number).secret)
  return new Forger({ params: ground.network, secrets, hasBodies, random: createPrng(ground.seed) })
}

/** A peer of one node that shows what it does not give, or gives. */
async function shower(gang: Gang, place: NodePlace, show: Show, tip: () => SignedHeader): Promise<HostilePeer> {
  const peer = await gang.member()
  let next = 0
  await peer.serve('hello', () => [peer.hello(tip())])
  await peer.serve('probe', (bytes) => {
    const asked = decodeProbeRequest(bytes)
    if (asked?.kind !== 'ping') return null
    const { hash, height } = tip()
    return [
      encodeProbeAnswer({
        kind: 'ack',
        nonce: asked.nonce,
        status: { incarnation: 1, seq: 1, head: { hash, height } },
      }),
    ]
  })
  await peer.serve('chain', (bytes) => {
    const asked = decodeChainRequest(bytes)
    if (asked === null) return null
    if (asked.kind === 'headers') {
      const chain = show.forger.after(asked.locator).slice(0, HEADERS_MAX)
      const more = show.siblings.slice(next, next + HEADERS_MAX - chain.length)
      next = next + more.length < show.siblings.length ? next + more.length : 0
      const headers = [...chain, ...more]
      return [concatAll(headers.map((header) => header.bytes))]
    }
    for (const hash of asked.hashes) show.asked.add(hash)
    return asked.hashes.map((hash) => (show.givesBodies ? show.forger.bodyOf(hash) : undefined) ?? new Uint8Array())
  })
  if (!(await peer.connect(place.address))) throw new Error(`${place.name} refuses a peer without a past`)
  await peer.subscribe()
  await peer.greet(tip())
  return peer
}

const a34: Attack = {
  id: 'A34',
  title: 'branches of headers without bodies in past slots, and siblings without end, by three keys of seven',
  setting: { outbound: 2, inbound: 1, validators: THREE_OF_SEVEN },
  usersLater: true,
  controls: [
    { without: 'what waits for bodies keeps out what has them', shows: /standstill is|lost is/ },
    { without: 'a proposer waits for bodies that nobody has', shows: /standstill is|lost is/ },
  ],
  run: (ground) =>
    watched(ground, THREE_OF_SEVEN, async (report, watch, gang) => {
      const isFull = ground.scale === 'full'
      const random = createPrng(ground.seed)
      const forger = forgerOf(ground, THREE_OF_SEVEN, false)
      const branch = forger.chainOn(forger.genesis, watch.slot)
      let tip = last(branch)
      // On the branch, so that each is better than any honest newcomer.
      const siblings = forger.siblingsOn(branch.at(-2) ?? forger.genesis, tip.slot, SIBLINGS)
      const show: Show = { forger, siblings, givesBodies: false, asked: new Set() }
      const peers = await Promise.all(watch.sights.map((_, at) => shower(gang, nodeAt(ground, at), show, () => tip)))
      const keepShowing = async (): Promise<void> => {
        const heads = await Promise.all(watch.sights.map(headOf))
        const head = heads.reduce((a, b) => ((b?.height ?? 0) > (a?.height ?? 0) ? b : a), null)
        tip = forger.chainOn(head ?? forger.genesis, watch.slot).at(-1) ?? tip
        // One that nobody can know: so they are asked for headers again.
        const claimed = { height: tip.height + 1, hash: asBlockHash(toHex(random.bytes(32))) }
        for (const peer of peers) {
          await peer.messages('blocks', [forger.shown(tip)])
          void peer.ask('probe', pingOf(claimed))
        }
      }
      await keep(isFull ? 20_000 : 8_000, keepShowing, 1)
      report.figure('headersHeld', Math.max(...(await Promise.all(watch.sights.map(waitingOf)))))
      report.figure('namedBefore', await watch.saying(/^head-withheld .*proposer/))
      await ground.users()
      watch.start()
      let named = 0
      await keep(
        isFull ? 60_000 : 16_000,
        async (round) => {
          await watch.look()
          if (round % 4 !== 0) return
          await keepShowing()
          named = Math.max(named, await watch.saying(/^head-withheld .*proposer/))
        },
        1_000 / LOOK_MS,
      )
      report.figure('bodiesAskedOfThem', show.asked.size)
      report.figure(
        'height',
        Math.max(...(await Promise.all(watch.sights.map(headOf))).map((head) => head?.height ?? 0)),
      )
      report.atMost('standstill', watch.standstill, STANDSTILL_MAX)
      report.figure('named', named)
      report.require(named === watch.sights.length, `only ${named} nodes name the head that nobody has`)
    }),
}

/** How long a node may need that lacks all blocks, ms: two slots, from when its process answers. */
const CATCH_UP_MS_MAX = 4_000
/** Blocks that it lacks: two runs of them (BLOCK_RUN), and five. */
const BLOCKS_MISSED = { short: 20, full: 80 }
/** Joiners that come, one after the other, until one has asked a liar. */
const JOINERS_MAX = 6
/** Peers of a joiner that tell of every header and are silent about bodies: more than it has honest ones. */
const SILENT_PEERS = 6

const a35: Attack = {
  id: 'A35',
  title: 'a node that joins is told of all headers by peers that keep every body back and never answer',
  setting: { outbound: 2, inbound: 1, validators: ONE_OF_FOUR },
  controls: [
    // With two runs of blocks it saves hardly a second. That what one failed for goes to one that has given blocks
    // shows itself only where the first run has met two silent peers in a row, which is chance: its mutant is killed in
    // virtual time alone.
    { without: 'a silent peer holds up the lowest run', shows: /caughtUpMs is/, scale: 'full' },
  ],
  run: (ground) =>
    watched(ground, ONE_OF_FOUR, async (report, watch, gang) => {
      const heightOf = async (sight: Sight): Promise<number> => (await headOf(sight))?.height ?? 0
      const [first] = watch.sights
      if (first === undefined) throw new Error('without a node')
      await eventually(async () => (await heightOf(first)) >= BLOCKS_MISSED[ground.scale], 400_000)
      // Who asks honest nodes for what the liars tell.
      const spy = await gang.member()
      if (!(await spy.connect(nodeAt(ground, 1).address))) throw new Error('the spy is refused')
      await spy.greet()
      const forger = forgerOf(ground, ONE_OF_FOUR, false)
      const tip = last(forger.chainOn((await headOf(first)) ?? forger.genesis, watch.slot + ONE_OF_FOUR.keys))
      const asked = new Set<BlockHash>()
      const liars = await Promise.all(
        Array.from({ length: SILENT_PEERS }, async (_, at) => {
          const liar = await gang.member({ listen: `/ip4/${ground.net}.${200 + at}/tcp/0` })
          await liar.serve('hello', () => [liar.hello(tip)])
          await liar.serve('chain', async (bytes) => {
            const request = decodeChainRequest(bytes)
            if (request?.kind !== 'blocks') return spy.ask('chain', bytes)
            for (const hash of request.hashes) asked.add(hash)
            return null
          })
          return liar
        }),
      )
      const goal = await heightOf(first)
      let caughtUpMs = 0
      // Whom a joiner asks first is who greeted it first; of several one asks a liar.
      for (let joiners = 0; joiners < JOINERS_MAX && asked.size === 0; joiners++) {
        const joiner = new Sight(await ground.join(liars.map(({ listensAt }) => listensAt)))
        const since = performance.now()
        await eventually(async () => (await heightOf(joiner)) >= goal, 30_000)
        caughtUpMs = performance.now() - since
        joiner.client.close()
      }
      report.figure('blocks', goal)
      report.figure('bodiesAskedOfLiars', asked.size)
      report.atMost('caughtUpMs', caughtUpMs, CATCH_UP_MS_MAX)
      report.require(asked.size > 0, 'no liar was asked for anything: nothing is shown')
    }),
}

const a36: Attack = {
  id: 'A36',
  title: 'whole blocks in hundreds of past slots, to rewrite what others have settled, by one key of four',
  setting: { outbound: 2, inbound: 1, validators: ONE_OF_FOUR },
  controls: [
    { without: 'height before weight', shows: /rewritten is/ },
    { without: 'every block adds weight', shows: /rewritten is/ },
  ],
  run: (ground) =>
    watched(ground, ONE_OF_FOUR, async (report, watch, gang) => {
      const settled = async (): Promise<readonly number[]> =>
        Promise.all(
          watch.sights.map(async ({ client }) => {
            const status = await client.status()
            return status.ok ? status.value.settled.height : 0
          }),
        )
      await eventually(async () => (await settled()).every((height) => height >= 3), 60_000)
      const lowest = Math.min(...(await settled()))
      report.require(lowest >= 3, `only ${lowest} blocks are settled`)
      const before = await Promise.all(Array.from({ length: lowest }, (_, at) => hashAt(watch.sights[0], at + 1)))
      const forger = forgerOf(ground, ONE_OF_FOUR, true)
      const chain = forger.chainOn(forger.genesis, watch.slot - 1)
      const tip = last(chain)
      report.figure('forged', chain.length)
      const show: Show = { forger, siblings: [], givesBodies: true, asked: new Set() }
      await Promise.all(watch.sights.map((_, at) => shower(gang, nodeAt(ground, at), show, () => tip)))
      watch.start()
      await keep(ground.scale === 'full' ? 30_000 : 10_000, () => watch.look(), 1_000 / LOOK_MS)
      let rewritten = 0
      for (const sight of watch.sights) {
        const now = await Promise.all(before.map((_, at) => hashAt(sight, at + 1)))
        rewritten += now.filter((hash, at) => hash !== before[at]).length
      }
      report.figure('settledBefore', lowest)
      report.exactly('rewritten', rewritten, 0)
      report.atMost('standstill', watch.standstill, STANDSTILL_MAX)
    }),
}

const a37: Attack = {
  id: 'A37',
  title: "a validator's clock an hour ahead for a while",
  setting: { outbound: 3, inbound: 0, validators: ONE_OF_FOUR },
  // Its pool is empty while its clock is wrong: users of other nodes make it want to sign.
  withoutTraffic: true,
  controls: [{ without: 'a wrong clock signs', shows: /signedAhead is/ }],
  run: (ground) =>
    watched(ground, ONE_OF_FOUR, async (report, watch) => {
      const [victim, ...others] = watch.sights
      if (victim === undefined) throw new Error('without a victim')
      let nonce = 0
      const pay = async (): Promise<void> => {
        const bytes = transactionOf(ground.network, ground.accounts, nonce++)
        await others[nonce % others.length]?.client.submit(bytes)
      }
      const signed = async (): Promise<number> => {
        const status = await victim.client.status()
        return status.ok ? (status.value.validator?.lastSignedSlot ?? -1) : -1
      }
      const paying = async (condition: () => Promise<boolean>, ms: number): Promise<boolean> =>
        eventually(async () => {
          await pay()
          return condition()
        }, ms)
      report.require(await paying(async () => (await signed()) > 0, 60_000), 'the victim makes no blocks')
      // Its peers' records have come, or nothing could be compared.
      await paying(async () => voting(victim), 30_000)
      await ground.setVictimClock(3_600_000)
      let isNamed = false
      await keep(
        ground.scale === 'full' ? 20_000 : 10_000,
        async () => {
          await pay()
          const health = await victim.client.health()
          isNamed ||= health.ok && health.value.details.some(({ code }) => code === 'clock-off')
        },
        4,
      )
      await ground.setVictimClock(0)
      report.atMost('signedAhead', (await signed()) - watch.slot, 1)
      report.require(isNamed, 'health does not name the clock')
      const [back, since] = [watch.slot, performance.now()]
      const again = await paying(async () => (await signed()) >= back, 2 * ONE_OF_FOUR.keys * 2_000 + 8_000)
      report.figure('signsAgainMs', performance.now() - since)
      report.require(again, 'the victim stays silent')
    }),
}

/**
 * Whether a node has heard enough records to judge its clock: it then tells so in its health, when asked of a wrong
 * one.
 */
async function voting(sight: Sight): Promise<boolean> {
  const peers = await sight.client.peers()
  return peers.ok && peers.value.peers.length >= 3
}

async function hashAt(sight: Sight | undefined, height: number): Promise<string | null> {
  const block = await sight?.client.block(String(height))
  return block?.ok === true ? block.value.hash : null
}

async function waitingOf({ client }: Sight): Promise<number> {
  const limits = await client.limits()
  return limits.ok ? (limits.value.structures.find(({ name }) => name === 'chain.headers')?.size ?? 0) : 0
}

function pingOf(head: { readonly height: number; readonly hash: BlockHash }): Uint8Array {
  return encodeProbeRequest({ kind: 'ping', nonce: 1n, isSuspected: false, status: { incarnation: 1, seq: 1, head } })
}

function nodeAt({ victim, others }: Ground, at: number): NodePlace {
  const found = [victim, ...others][at]
  if (found === undefined) throw new Error('there is no such node')
  return found
}

function last(chain: readonly SignedHeader[]): SignedHeader {
  const header = chain.at(-1)
  if (header === undefined) throw new Error('no slot of theirs')
  return header
}

export const VALIDATOR_ATTACKS: readonly Attack[] = [a34, a35, a36, a37]
