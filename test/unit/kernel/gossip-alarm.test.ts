/** Bytes of gossip that a node hears count towards the alarm, whether it looks at them or has to give them up. */
import { expect, it } from 'vitest'
import { asMessageId } from '../../../src/domain/ids.ts'
import {
  ALARM_FACTOR,
  ALARM_WINDOW_MS,
  ALARM_WINDOWS,
  BASE_MIN_BYTES,
  WARM_UP_MS,
} from '../../../src/membership/limits.ts'
import { KernelWorld, peer } from '../../toolkit/kernel/kernel-world.ts'

const FLOOD = new Uint8Array(2 * ALARM_FACTOR * BASE_MIN_BYTES * (ALARM_WINDOW_MS / 1_000))
const messageId = asMessageId('a'.repeat(64))
const from = peer('neighbour')

it.each([
  ['taken', (world: KernelWorld) => world.gossip(FLOOD)],
  [
    'given up',
    (world: KernelWorld) => {
      world.post({ kind: 'gossip-shed', topic: 'transactions', bytes: FLOOD, from, messageId, reason: 'full' })
    },
  ],
] as const)('a flood of messages that are %s raises it', (_, flood) => {
  const world = new KernelWorld()
  const alarms = (): unknown[] => world.facts.filter(({ kind }) => kind === 'gossip-alarm')
  for (let ms = 0; ms <= WARM_UP_MS; ms += ALARM_WINDOW_MS) world.advance(ALARM_WINDOW_MS)
  expect(alarms()).toEqual([])
  for (let window = 0; window <= ALARM_WINDOWS; window++) {
    flood(world)
    world.advance(ALARM_WINDOW_MS)
  }
  expect(alarms()).toMatchObject([{ raised: true }])
})
