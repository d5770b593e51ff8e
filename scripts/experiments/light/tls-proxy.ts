/**
 * What people put before a node: a proxy that ends TLS, hands requests to the API and upgrades to the port for
 * WebSockets. Its certificate is made by openssl, and nobody's.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The name under which it is known: a loopback name is answered to over HTTP alone. */
export const PROXY_NAME = 'node.example'

export interface TlsProxy {
  /** Where a browser finds it that takes PROXY_NAME for 127.0.0.1. */
  readonly url: string
  close(): void
}

/** Null where there is no openssl. @param ports of the API and of WebSockets, on 127.0.0.1 */
export async function openTlsProxy(ports: { readonly api: number; readonly web: number }): Promise<TlsProxy | null> {
  const certificate = certificateOf(PROXY_NAME)
  if (certificate === null) return null
  const sockets = new Set<Socket>()
  const server: Server = createServer(certificate, (incoming, answer) => {
    const { method, url, headers } = incoming
    const onward = httpRequest({ host: '127.0.0.1', port: ports.api, method, path: url, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers)
      given.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    incoming.pipe(onward)
  })
  server.on('upgrade', ({ method, url, rawHeaders }, socket: Socket, head) => {
    const onward = connect(ports.web, '127.0.0.1', () => {
      const lines = Array.from(
        { length: rawHeaders.length / 2 },
        (_, at) => `${rawHeaders[2 * at]}: ${rawHeaders[2 * at + 1]}`,
      )
      onward.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    for (const [one, other] of [
      [onward, socket],
      [socket, onward],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `https://${PROXY_NAME}:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}

function certificateOf(name: string): { readonly key: Buffer; readonly cert: Buffer } | null {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-tls-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const form = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
    execFileSync('openssl', ['req', ...form, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], { stdio: 'pipe' })
    return { key: readFileSync(key), cert: readFileSync(cert) }
  } catch {
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
