/** Checks of connections: encryption, multiplexer, identities, identify, ping. */
import type { Check } from '../check.ts'
import { must } from '../outcome.ts'
import { QUIET_MS } from '../limits.ts'
import { GOSSIP_PROTOCOLS, until } from '../played-node.ts'
import { ending } from '../stage.ts'

const encryptionOf = (encryption: 'tls' | 'noise'): Check => ({
  id: `transport-${encryption}`,
  section: 'Transport',
  role: 'relay',
  sentence: `takes a connection that is encrypted by ${encryption} alone, with streams by yamux`,
  async run(stage) {
    const visitor = await stage.stranger({ encryption })
    must(await stage.connect(visitor), `a dialler that offers ${encryption} alone was refused`)
    must(visitor.agreed.muxer === '/yamux/1.0.0', `agreed on ${visitor.agreed.muxer}`)
    await stage.greet(visitor)
  },
})

export const transportChecks: readonly Check[] = [
  encryptionOf('tls'),
  encryptionOf('noise'),
  {
    id: 'transport-own-key',
    section: 'Transport',
    role: 'relay',
    sentence: 'has an identity that is an Ed25519 key',
    async run(stage) {
      const visitor = await stage.stranger()
      must(await stage.connect(visitor), 'a connection was refused')
      const { keyType } = await visitor.peerKnown()
      must(keyType === 'Ed25519', `its key is ${keyType}`)
    },
  },
  {
    id: 'transport-other-key',
    section: 'Transport',
    role: 'relay',
    sentence: 'refuses a peer whose key is of another kind than Ed25519',
    async run(stage) {
      const visitor = await stage.stranger({ keyType: 'secp256k1' })
      if (!(await stage.connect(visitor))) return
      const answer = await visitor.ask(stage.setting.protocol('hello'), stage.setting.hello())
      must(answer.frames.length === 0, 'a peer with a secp256k1 key was greeted')
      // Sooner than a connection ends for want of gossip.
      must(await until(() => !visitor.isConnected, QUIET_MS), 'a peer with a secp256k1 key stays connected')
    },
  },
  {
    id: 'transport-identify',
    section: 'Transport',
    role: 'relay',
    sentence: 'lists identify, its push, ping, hello and gossipsub 1.2, 1.1 and 1.0 in identify, and no floodsub',
    async run(stage) {
      const visitor = await stage.visitor()
      const { protocols } = await visitor.peerKnown()
      const wanted = [
        '/ipfs/id/1.0.0',
        '/ipfs/id/push/1.0.0',
        '/ipfs/ping/1.0.0',
        '/hearsay/hello/1',
        ...GOSSIP_PROTOCOLS,
      ]
      const missing = wanted.filter((name) => !protocols.includes(name))
      must(missing.length === 0, `identify lacks ${missing.join(', ')}`)
      must(!protocols.some((name) => name.startsWith('/floodsub')), 'identify lists floodsub')
    },
  },
  {
    id: 'transport-ping',
    section: 'Transport',
    role: 'relay',
    sentence: 'answers a ping with its 32 bytes',
    async run(stage) {
      const visitor = await stage.visitor()
      const bytes = stage.random.bytes(32)
      const answer = await visitor.ask('/ipfs/ping/1.0.0', bytes, { isRaw: true })
      must(
        Buffer.from(answer.rest).equals(bytes) || answer.frames.length > 0,
        `a ping was answered with ${ending(answer)}`,
      )
    },
  },
]
