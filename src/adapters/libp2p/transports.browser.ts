/** What takes the place of transports.ts in a page, which has WebSockets and no TLS of its own (scripts/build.js). */
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import type { Libp2pOptions } from 'libp2p'
import { UNSENT_BYTES_MAX } from './limits.ts'

type Transports = NonNullable<Libp2pOptions['transports']>

/** The library ends a socket with a code that browsers refuse, so that a connection that is cut would stay. */
export function transports(): Transports {
  return [
    (components) => {
      const transport = webSockets({ maxBufferedAmount: UNSENT_BYTES_MAX })(components)
      const dial = transport.dial.bind(transport)
      transport.dial = (address, options) => {
        const upgrade = options.upgrader.upgradeOutbound.bind(options.upgrader)
        const upgrader = Object.assign(Object.create(options.upgrader) as typeof options.upgrader, {
          upgradeOutbound: (...[connection, rest]: Parameters<typeof upgrade>) => {
            const inside = connection as unknown as { websocket: { close(): void }; sendReset(): void }
            inside.sendReset = () => {
              inside.websocket.close()
            }
            return upgrade(connection, rest)
          },
        })
        return dial(address, { ...options, upgrader })
      }
      return transport
    },
  ]
}

export function encrypters(): NonNullable<Libp2pOptions['connectionEncrypters']> {
  return [noise()]
}
