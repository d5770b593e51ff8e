import { expect, it, vi } from 'vitest'
import { openServiceManager } from '../../../src/cli/service-manager.ts'

it('is not there where nobody waits to be told', () => {
  expect(openServiceManager({ PATH: '/' }, 1, () => undefined)).toBe(null)
  expect(openServiceManager({ PATH: '/', NOTIFY_SOCKET: '' }, 1, () => undefined)).toBe(null)
})

it('that can not be told is given up, once', async () => {
  const lost: string[] = []
  const manager = openServiceManager({ PATH: '/nowhere', NOTIFY_SOCKET: '/run/nobody' }, 1, (why) => lost.push(why))
  manager?.ready('ready')
  manager?.reloading()
  await vi.waitUntil(() => lost.length > 0)
  manager?.stopping()
  await new Promise((resolve) => setImmediate(resolve))
  expect(lost).toEqual(['there is no systemd-notify'])
})
