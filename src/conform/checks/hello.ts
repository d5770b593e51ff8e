/** Checks of the greeting: right, of another network, malformed, repeated, none. */
import { decodeHello } from '../../domain/codec/hello-codec.ts'
import { asNetworkId } from '../../domain/ids.ts'
import { concatBytes } from '../../lib/bytes.ts'
import type { Check } from '../check.ts'
import { must, notApplicable } from '../outcome.ts'
import { LATE_MS, QUIET_MS, SOON_MS } from '../limits.ts'
import { pause, until, type PlayedNode } from '../played-node.ts'
import { EMPTY_POOL } from '../setting.ts'
import { ending, type Stage } from '../stage.ts'
import { paddedFrame, varint } from '../wire.ts'

const NAME = '/hearsay/hello/1'
/** Until whoever asked as a member of another network is disconnected, ms (PROTOCOL.md, hello). */
const STRANGER_MS = 2_000
/** Until whoever dialled must have said hello, ms. */
const SILENT_MS = 30_000
const DEADLINE_MS = 5_000

const hello = (check: Omit<Check, 'section' | 'role'>): Check => ({ section: 'hello', role: 'relay', ...check })

/** Puts bytes that are no hello, and misses where they are answered with one. */
async function refuses(node: PlayedNode, bytes: Uint8Array, what: string, isRaw = false): Promise<void> {
  const answer = await node.ask(NAME, bytes, { isRaw })
  must(answer.end !== 'open', `${what}: no end of the stream within 10 s`)
  must(answer.frames.length === 0, `${what} was answered with ${ending(answer)}`)
}

/** A hello of which one thing is wrong; one such costs little, and the next right one is answered. */
const malformed = (id: string, what: string, make: (stage: Stage) => Uint8Array): Check =>
  hello({
    id: `hello-${id}`,
    sentence: `does not answer a hello ${what}, and stays connected`,
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      await refuses(visitor, make(stage), `a hello ${what}`)
      must(visitor.isConnected, `a single hello ${what} ended the connection`)
      await stage.greet(visitor)
    },
  })

function patched(bytes: Uint8Array, at: number, ...values: readonly number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(values, at)
  return copy
}

/** A stranger that is another network's is told so, parted from, and no worse off for it. */
const parting = (id: string, what: string, make: (stage: Stage) => Uint8Array): Check =>
  hello({
    id: `hello-${id}`,
    sentence: `answers a hello ${what} with its own, ends the connection within 2 s, and holds nothing against it`,
    async run(stage) {
      const seed = stage.random.bytes(32)
      const visitor = await stage.visitor({ greets: false, seed })
      const ours = await stage.greet(visitor, make(stage))
      must(ours.networkId === stage.setting.networkId, 'the answer names another network than its own')
      must(
        await until(() => !visitor.isConnected, STRANGER_MS + LATE_MS),
        `the connection of a peer ${what} still stands after ${STRANGER_MS + LATE_MS} ms`,
      )
      await visitor.stop()
      const again = await stage.visitor({ seed, source: visitor.source })
      must(again.isConnected, 'the same peer with a right hello was refused')
    },
  })

export const helloChecks: readonly Check[] = [
  hello({
    id: 'hello-right',
    sentence: 'answers a hello with one frame, a hello of version 1 and of its network, and closes its side',
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      const answer = await visitor.ask(NAME, stage.setting.hello())
      must(answer.end === 'closed', `the answer is ${ending(answer)}`)
      must(answer.frames.length === 1 && answer.rest.byteLength === 0, `the answer is ${ending(answer)}`)
      const theirs = decodeHello(answer.frames[0] ?? new Uint8Array(0))
      must(theirs !== null, 'the answer is no hello')
      must(theirs.version === 1, `its version is ${theirs.version}`)
      must(theirs.networkId === stage.setting.networkId, `its networkId is ${theirs.networkId}`)
    },
  }),
  hello({
    id: 'hello-head',
    sentence: 'names networkId as its head at height 0, and an empty pool by the fingerprint of none',
    async run(stage) {
      const theirs = await stage.greet(await stage.visitor({ greets: false }))
      if (theirs.headHeight === 0n)
        must(theirs.headHash === (stage.setting.networkId as string), `at height 0 its head is ${theirs.headHash}`)
      must(theirs.settledHeight <= theirs.headHeight, 'it has settled more than it has')
      if (theirs.mempoolCount !== 0n)
        notApplicable(`its pool holds ${theirs.mempoolCount} transactions: start it with an empty one`)
      must(theirs.mempoolFingerprint === EMPTY_POOL, `its empty pool has the fingerprint ${theirs.mempoolFingerprint}`)
    },
  }),
  hello({
    id: 'hello-repeated',
    sentence: 'answers a hello that is asked again on the same connection',
    async run(stage) {
      const visitor = await stage.visitor()
      await stage.greet(visitor)
      await stage.greet(visitor)
      must(visitor.isConnected, 'a hello that was repeated ended the connection')
    },
  }),
  parting('other-network', 'of another network', (stage) =>
    stage.setting.hello({ networkId: asNetworkId('5a'.repeat(32)) }),
  ),
  parting('other-version', 'of another version', (stage) => stage.setting.hello({ version: 2 })),
  malformed('empty', 'without a byte', () => new Uint8Array(0)),
  malformed('short', 'of 125 bytes', (stage) => stage.setting.hello().subarray(0, 125)),
  malformed('offset', 'whose name begins elsewhere', (stage) => patched(stage.setting.hello(), 122, 127)),
  malformed('long-name', 'with a name of 65 bytes', (stage) =>
    concatBytes(stage.setting.hello({ name: '' }), new Uint8Array(65).fill(0x61)),
  ),
  malformed('control-name', 'with a control character in its name', (stage) =>
    stage.setting.hello({ name: 'a\u001bb' }),
  ),
  malformed('height', 'whose head is above 2^53 − 1', (stage) => stage.setting.hello({ headHeight: 2n ** 53n })),
  hello({
    id: 'hello-largest-name',
    sentence: 'answers a hello with a name of 64 bytes',
    async run(stage) {
      await stage.greet(await stage.visitor({ greets: false }), stage.setting.hello({ name: '~'.repeat(64) }))
    },
  }),
  hello({
    id: 'hello-frame-too-large',
    sentence: 'resets a stream on which a frame of more than 4 KiB is announced',
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      await refuses(visitor, concatBytes(varint(4_097), new Uint8Array(64)), 'a frame of 4,097 bytes', true)
      await stage.greet(visitor)
    },
  }),
  hello({
    id: 'hello-padded-length',
    sentence: 'ends a stream whose frame has a length with more bytes than it needs',
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      await refuses(visitor, paddedFrame(stage.setting.hello()), 'a hello behind a padded length', true)
      await stage.greet(visitor)
    },
  }),
  hello({
    id: 'hello-half-frame',
    sentence: 'ends a stream on which half a request stays alone, at the deadline of 5 s',
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      const half = concatBytes(varint(132), stage.setting.hello().subarray(0, 50))
      const answer = await visitor.ask(NAME, half, { isRaw: true, closes: false, patienceMs: DEADLINE_MS + LATE_MS })
      must(answer.end !== 'open', `half a request was waited for longer than ${DEADLINE_MS + LATE_MS} ms`)
      must(answer.frames.length === 0, `half a request was answered with ${ending(answer)}`)
      await stage.greet(visitor)
    },
  }),
  hello({
    id: 'hello-reset',
    sentence: 'goes on after a stream that is reset before its request is whole',
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      for (let count = 0; count < 8; count++) {
        const stream = await visitor.open(NAME)
        must(stream !== null, 'a stream for hello was refused')
        stream.send(Uint8Array.of(0x84, 0x01, 0x01))
        stream.abort(new Error('reset by the kit'))
      }
      await stage.greet(visitor)
    },
  }),
  hello({
    id: 'hello-first',
    sentence: 'asks nothing but hello of a peer that has not said it, and hands on what it publishes',
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      for (const protocol of ['objects', 'chain', 'reconcile', 'probe', 'observe'] as const)
        await visitor.serve(stage.setting.protocol(protocol), () => null)
      await stage.handsOn(visitor, 'transactions', stage.fresh().batch, 'a transaction of a peer without a hello')
      await pause(QUIET_MS)
      const asked = [...visitor.asked].filter(([name, all]) => name !== NAME && all.length > 0).map(([name]) => name)
      must(asked.length === 0, `it asked ${asked.join(', ')}`)
    },
  }),
  hello({
    id: 'hello-none',
    sentence: 'disconnects who dialled and has not said hello within 30 s, and not before',
    isLong: true,
    async run(stage) {
      const visitor = await stage.visitor({ greets: false })
      await pause(SILENT_MS - SOON_MS)
      must(visitor.isConnected, `a peer without a hello was cut off within ${SILENT_MS - SOON_MS} ms`)
      must(
        await until(() => !visitor.isConnected, SOON_MS + LATE_MS),
        `a peer without a hello is still connected after ${SILENT_MS + LATE_MS} ms`,
      )
    },
  }),
]
