/**
 * Which requests may come from where. A page of a foreign site can make a browser send requests to 127.0.0.1, and by
 * pointing its own name at 127.0.0.1 (DNS rebinding) it can even read the answers. The name then stands in `Host`, and
 * the site in `Origin`: both must be ours. 403 and not 421, since 421 invites the client to try again on another
 * connection.
 */

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

export interface HostGuard {
  /** Whether the `Host` header names this API. */
  admitsHost(host: string | undefined): boolean
  /** Whether the `Origin` header, where there is one, is the API itself. `host` has been admitted. */
  admitsOrigin(origin: string | undefined, host: string): boolean
}

/**
 * Whether a request comes from where it may, as browsers say it (`Sec-Fetch-Site`), also where they send no `Origin`:
 * the address of an image is enough for a page of another site to make one ask. Whoever follows a link to the page
 * comes from another site as well: only that may be opened so.
 */
export function admitsSite(request: {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined }
}): boolean {
  const site = request.headers['sec-fetch-site']
  const isNavigation = request.method === 'GET' && (request.url === '/' || request.url === '/light')
  return isNavigation || site === undefined || site === 'same-origin' || site === 'none'
}

/**
 * @param options.port on which the API listens; loopback names are admitted with it alone
 * @param options.bound address on which it listens; an IP address can't be rebound, so it is admitted with the port too
 * @param options.hosts configured names: `name` (any port) or `name:port`
 */
export function createHostGuard(options: { port: number; bound: string; hosts: readonly string[] }): HostGuard {
  const { port, bound, hosts } = options
  const exact = new Set<string>()
  const anyPort = new Set<string>()
  const admit = (name: string, withPort: string): void => {
    exact.add(`${name}:${withPort}`)
    // Clients leave the default port out.
    if (withPort === '80') exact.add(name)
  }
  for (const name of LOOPBACK_NAMES) admit(name, String(port))
  if (bound !== '0.0.0.0' && bound !== '::') admit(bound.includes(':') ? `[${bound}]` : bound, String(port))
  for (const host of hosts.map((entry) => entry.toLowerCase())) {
    const [, name, withPort] = /^(.+?)(?::(\d{1,5}))?$/.exec(host) ?? []
    if (name === undefined) continue
    if (withPort === undefined) anyPort.add(name)
    else admit(name, withPort)
  }
  const admitsHost = (host: string | undefined): boolean => {
    if (host === undefined) return false
    // Names are case-insensitive. Nothing else is mended: `localhost.` and `127.1` are not what our clients send.
    const text = host.toLowerCase()
    return exact.has(text) || anyPort.has(text.replace(/:\d{1,5}$/, ''))
  }
  return {
    admitsHost,
    admitsOrigin: (origin, host) => {
      if (origin === undefined) return true
      const text = origin.toLowerCase()
      const own = host.toLowerCase()
      // A proxy in front may speak TLS; it can only be meant where its name was configured.
      return text === `http://${own}` || (text === `https://${own}` && !exact.has(`${own}:${port}`) && !isLoopback(own))
    },
  }
}

function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.includes(host.replace(/:\d{1,5}$/, ''))
}
