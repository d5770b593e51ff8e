import { createServer, type AddressInfo } from 'node:net'

/**
 * A port of loopback that is free now: the system chose it. Whoever uses it must cope with its being taken meanwhile.
 */
export async function findFreePort(): Promise<number> {
  const port = await tryPort(0)
  if (port === null) throw new Error('the system has no free port left on 127.0.0.1')
  return port
}

/** Whether a port of loopback can be listened on now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== null
}

async function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(null)
    })
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const found = (server.address() as AddressInfo).port
      server.close(() => {
        resolve(found)
      })
    })
  })
}
