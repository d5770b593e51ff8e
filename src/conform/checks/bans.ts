/** Checks of what offences come to, and of whom they never touch. They stand last: they cost identities. */
import type { Check } from '../check.ts'
import { INVALID_MAX, keptBack } from '../judged.ts'
import { LATE_MS, SOON_MS } from '../limits.ts'
import { must, notApplicable } from '../outcome.ts'
import { pause, until, type PlayedNode } from '../played-node.ts'
import type { Stage } from '../stage.ts'

/** Messages with an unpaid object within 10 s beyond which a peer is disconnected. */
const UNPAID_MAX = 50
/** How long nothing is said, ms: five minutes and a half. */
const SILENCE_MS = 330_000
/** Until a ping is sent and given up, ms (PROTOCOL.md, Transport: 10 to 20 s; a node pings each half minute). */
const PING_MS = 60_000

const offence = (check: Omit<Check, 'section' | 'role'> & Partial<Check>): Check => ({
  section: 'Offences and bans',
  role: 'relay',
  ...check,
})

const forgery = (stage: Stage): Uint8Array => stage.fresh({ sign: () => new Uint8Array(64).fill(3) }).batch

/** Whether the peer lets this identity in, from the address of that node: connected, and its hello answered. */
async function isLetIn(stage: Stage, { source }: PlayedNode, seed: Uint8Array): Promise<boolean> {
  const again = await stage.stranger({ seed, source })
  if (!(await stage.connect(again))) return false
  const answer = await again.ask(stage.setting.protocol('hello'), stage.setting.hello())
  if (answer.frames.length !== 1) return false
  await pause(LATE_MS / 6)
  return again.isConnected
}

function needsBans(stage: Stage): void {
  if (!stage.mayBan) notApplicable('three bans of one address ban it: put the peer on 127.0.0.1')
}

/** No PRUNE has come to it since it joined, and it is connected. */
function isSpared(node: PlayedNode): boolean {
  return node.isConnected && node.heard.every(({ rpc }) => (rpc.control?.prune.length ?? 0) === 0)
}

export const offenceChecks: readonly Check[] = [
  offence({
    id: 'ban-tenth',
    sentence: 'bans a peer at its tenth invalid object and not before, over a new connection, and nobody else',
    async run(stage) {
      needsBans(stage)
      const seed = stage.random.bytes(32)
      const visitor = await stage.visitor({ seed })
      // Paced, so that the scores of the router do not hide them: six and more are not heard, and count all the same.
      for (let count = 0; count < INVALID_MAX - 1; count++) await stage.publish(visitor, 'transactions', forgery(stage))
      await pause(SOON_MS / 10)
      must(visitor.isConnected, `${INVALID_MAX - 1} invalid objects ended the connection`)
      await stage.publish(visitor, 'transactions', forgery(stage))
      must(
        await until(() => !visitor.isConnected, SOON_MS),
        `${INVALID_MAX} invalid objects did not end the connection`,
      )
      await visitor.stop()
      must(!(await isLetIn(stage, visitor, seed)), 'a banned peer was let in again')
      must(await isLetIn(stage, visitor, stage.random.bytes(32)), 'another peer of the same address was refused')
    },
  }),
  offence({
    id: 'ban-hello',
    sentence: 'counts a malformed hello: ten of them ban',
    async run(stage) {
      needsBans(stage)
      const visitor = await stage.visitor({ greets: false })
      for (let count = 0; count < INVALID_MAX && visitor.isConnected; count++)
        await visitor.ask(stage.setting.protocol('hello'), Uint8Array.of(1, 2, 3))
      must(await until(() => !visitor.isConnected, SOON_MS), 'ten malformed hellos did not end the connection')
    },
  }),
  offence({
    id: 'ban-copies',
    sentence: 'counts each copy of a rejected message',
    async run(stage) {
      needsBans(stage)
      const visitor = await stage.visitor()
      const data = forgery(stage)
      // Judged once, and known for what it is from then on.
      await stage.keeps(visitor, 'transactions', data, 'a forgery')
      for (let count = 0; count < INVALID_MAX && visitor.isConnected; count++)
        await stage.publish(visitor, 'transactions', data)
      must(
        await until(() => !visitor.isConnected, SOON_MS),
        'one rejected message, sent ten times, did not end the connection',
      )
    },
  }),
  offence({
    id: 'unpaid',
    role: 'full',
    sentence: 'disconnects who sends more than 50 messages with unpaid objects within 10 s, and lets it come again',
    async run(stage) {
      const seed = stage.random.bytes(32)
      const visitor = await stage.visitor({ seed })
      const amount = 10n ** 15n
      const [from, nowMs] = [stage.payer(), stage.now()]
      for (let count = 0; count <= UNPAID_MAX + 1 && visitor.isConnected; count++)
        await stage.publish(visitor, 'transactions', stage.fresh({ from, amount, createdAtMs: nowMs - count }).batch)
      must(
        await until(() => !visitor.isConnected, SOON_MS),
        `${UNPAID_MAX + 2} messages with unpaid objects did not end the connection`,
      )
      await visitor.stop()
      must(await isLetIn(stage, visitor, seed), 'it was not let in again')
    },
  }),
  offence({
    id: 'unpaid-few',
    role: 'full',
    sentence: 'spares who sends 40 messages with unpaid objects',
    async run(stage) {
      const visitor = await stage.visitor()
      const amount = 10n ** 15n
      const [from, nowMs] = [stage.payer(), stage.now()]
      await keptBack(stage, visitor, 'a transaction that its account can not pay', {
        data: stage.fresh({ from, amount, createdAtMs: nowMs - UNPAID_MAX }).batch,
      })
      for (let count = 0; count < UNPAID_MAX - 10; count++)
        await stage.publish(visitor, 'transactions', stage.fresh({ from, amount, createdAtMs: nowMs - count }).batch)
      await stage.marker(visitor, '40 messages with unpaid objects')
      must(visitor.isConnected, '40 messages with unpaid objects ended the connection')
    },
  }),
  offence({
    id: 'honest-burst',
    sentence: 'takes a burst of 200 transactions, one a message, of an honest peer, and charges it nothing',
    async run(stage) {
      const visitor = await stage.visitor()
      const witness = await stage.witness()
      const batches = Array.from({ length: 4 }, () => stage.payer()).flatMap((from) =>
        Array.from({ length: 50 }, (_, nonce) => stage.fresh({ from, nonce: BigInt(nonce) }).batch),
      )
      for (const batch of batches) await stage.publish(visitor, 'transactions', batch)
      // In whatever batches they come.
      const last = batches.at(-1) ?? new Uint8Array(0)
      must(await stage.hears(witness, 'transactions', last, 3 * SOON_MS), 'the last of a burst was not handed on')
      must(isSpared(visitor), 'an honest burst took its sender out of a mesh')
    },
  }),
  offence({
    id: 'honest-pair',
    sentence: 'has charged the two honest nodes of this run with nothing: still connected, and in every mesh',
    async run(stage) {
      await stage.teller()
      await stage.witness()
      await pause(SOON_MS / 5)
      for (const node of stage.pair) must(isSpared(node), 'an honest node was taken out of a mesh or disconnected')
      must(stage.lost === 0, `an honest node was disconnected ${stage.lost} times`)
    },
  }),
  offence({
    id: 'silence',
    section: 'Offences and bans',
    sentence: 'keeps a peer that is connected, answers and says nothing for 330 s',
    isLong: true,
    async run(stage) {
      const visitor = await stage.visitor()
      for (const begun = stage.now(); stage.now() - begun < SILENCE_MS;) {
        await pause(LATE_MS)
        must(visitor.isConnected, `it was disconnected after ${Math.round((stage.now() - begun) / 1_000)} s`)
      }
      await stage.marker(visitor, 'a long silence')
    },
  }),
  offence({
    id: 'transport-ping-unanswered',
    section: 'Transport',
    sentence: 'ends a connection on which its pings are not answered',
    isLong: true,
    async run(stage) {
      const visitor = await stage.visitor({ ignoresPings: true })
      must(await until(() => !visitor.isConnected, PING_MS), `the connection still stands after ${PING_MS / 1_000} s`)
    },
  }),
]
