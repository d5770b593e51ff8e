/**
 * Short forms of `npm run attack`: real node processes against hostile peers in a process of their own, with honest
 * traffic beside. One network bears all of them; each has addresses and accounts of its own. The longest run only with
 * the command: A9, A18, A25 and A28, of which test/integration and floods.test.ts have the parts, A10, which needs a
 * network of its own and the machine for itself, and A34 to A37, A39 to A42 and A48, which need one of their own or
 * fill what all share: their parts are in test/unit and test/integration.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Arena } from '../toolkit/arena/arena.ts'
import { ATTACKS } from '../toolkit/attacks/all.ts'

const LONG = new Set([
  'A9',
  'A10',
  'A18',
  'A25',
  'A28',
  'A34',
  'A35',
  'A36',
  'A37',
  'A39',
  'A40',
  'A41',
  'A42',
  'A44',
  'A46',
  'A48',
])
const SEED = 1
// A clock that jumps empties the pool of the victim: nothing comes after it.
const short = ATTACKS.filter(({ id }) => !LONG.has(id)).sort(
  (a, b) => Number(a.withoutTraffic === true) - Number(b.withoutTraffic === true),
)

let arena: Arena

beforeAll(async () => {
  arena = await Arena.open(short.length)
})

afterAll(async () => {
  await arena.close()
})

test.each(short.map((attack) => [attack.id, attack.title, attack] as const))('%s: %s', async (id, _title, attack) => {
  const { failures, figures } = await arena.run(attack, 'short', SEED)
  console.log(`${id} seed ${SEED} ${JSON.stringify(figures)}`)
  expect(failures).toEqual([])
})
