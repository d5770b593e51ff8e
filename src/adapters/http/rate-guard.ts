import { ExpiringMap } from '../../lib/expiring-map.ts'
import { TokenBucket } from '../../lib/rate.ts'
import { RATED_CLIENT_TTL_MS, RATED_CLIENTS_MAX } from './limits.ts'

/**
 * Requests a client may make: a token bucket for each address (for IPv6 its /64 network, which is what one customer
 * has).
 */
export class RateGuard {
  readonly #perSecond: number
  readonly #burst: number
  readonly #clients = new ExpiringMap<string, TokenBucket>({ ttlMs: RATED_CLIENT_TTL_MS, capacity: RATED_CLIENTS_MAX })

  constructor(options: { perSecond: number; burst: number }) {
    this.#perSecond = options.perSecond
    this.#burst = options.burst
  }

  admits(ip: string, nowMs: number): boolean {
    const client = clientOf(ip)
    let bucket = this.#clients.get(client, nowMs)
    if (bucket === undefined) {
      bucket = new TokenBucket({ perSecond: this.#perSecond, burst: this.#burst, nowMs })
      this.#clients.set(client, bucket, nowMs)
    }
    return bucket.take(1, nowMs)
  }
}

/** One customer: an IPv4 address, or the /64 network of an IPv6 one. */
export function clientOf(ip: string): string {
  if (!ip.includes(':')) return ip
  // An IPv4 client on a dual-stack socket.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)
  if (mapped?.[1] !== undefined) return mapped[1]
  const [head = '', tail] = ip.split('::')
  const groups = head === '' ? [] : head.split(':')
  const behind = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - behind.length)
  return [...groups, ...new Array<string>(zeros).fill('0'), ...behind].slice(0, 4).join(':')
}
