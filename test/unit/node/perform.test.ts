import { expect, it } from 'vitest'
import type { Event } from '../../../src/kernel/shared/event.ts'
import type { Clock } from '../../../src/node/clock.ts'
import type { Observer } from '../../../src/node/observe.ts'
import { Performer } from '../../../src/node/perform.ts'
import type { Ports } from '../../../src/node/ports.ts'
import { asPeerId } from '../../../src/domain/ids.ts'

/** A node whose disk can no longer be read. */
function stage() {
  const events: Event[] = []
  const failures: string[] = []
  const refused = () => Promise.reject(new Error('EIO'))
  const performer = new Performer({
    ports: { store: { get: refused, entries: refused }, verifier: {} } as unknown as Ports,
    post: (event) => events.push(event),
    clock: { wallNs: () => 0n, soon: () => undefined } as unknown as Clock,
    observer: { storeFailed: (reason: string) => failures.push(reason) } as unknown as Observer,
    idle: () => undefined,
  })
  return { performer, events, failures }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('tells of a disk that can not be read, and lets nobody wait for it', async () => {
  const { performer, events, failures } = stage()
  performer.perform({
    kind: 'read',
    job: 7,
    keys: [
      { space: 'blocks', key: 'aa' },
      { space: 'chain', key: 'bb' },
    ],
  })
  await turn()
  expect(events).toEqual([{ kind: 'read-finished', job: 7, values: [undefined, undefined] }])
  expect(failures).toEqual(['EIO'])
})

it('answers who asked for blocks all the same', async () => {
  const { performer, events, failures } = stage()
  const answered = performer.answer('chain', asPeerId('a'), new Uint8Array())
  const [asked] = events
  if (asked?.kind !== 'request-received') throw new Error('the kernel was not asked')
  const { request } = asked
  performer.perform({
    kind: 'serve-chain',
    request,
    asked: { kind: 'headers', locator: [], limit: 1 },
    blockPrefix: new Uint8Array(),
  })
  expect(await answered).toBeNull()
  expect(failures).toEqual(['EIO'])
  expect(performer.sizes().find(({ name }) => name === 'perform.replies')?.size).toBe(0)
})
