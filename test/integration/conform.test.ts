import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../src/conform/checks/table.ts'
import { SECTIONS } from '../../src/conform/check.ts'
import { conformNetwork } from '../../src/conform/network.ts'
import { noteOf } from '../../src/conform/report.ts'
import { runChecks } from '../../src/conform/run.ts'
import { Setting } from '../../src/conform/setting.ts'
import { createPrng } from '../../src/lib/prng.ts'
import { devValidator } from '../../testnet/dev-network.ts'
import { hunt } from '../toolkit/conform/hunt.ts'
import { MUTANTS } from '../toolkit/conform/mutants.ts'
import { addressOf, startNode } from '../toolkit/processes/nodes.ts'
import { asNetAddress } from '../../src/domain/ids.ts'
import { read } from '../tidy/project-files.ts'

describe('the table of checks', () => {
  it('names each check once, a section that PROTOCOL.md has, and a sentence', () => {
    const ids = CHECKS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const headings = [...read('PROTOCOL.md').matchAll(/^#{2,3} (.+)$/gm)].map(([, heading]) => heading)
    expect(SECTIONS.filter((section) => !headings.includes(section))).toEqual([])
    for (const { id, sentence } of CHECKS) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(sentence, id).toMatch(/^[a-z].*[^.]$/)
    }
  })
})

/** What takes a few tens of milliseconds each, of every part; `npm run conform` runs them all. */
const SHORT = [
  'transport-tls',
  'transport-noise',
  'hello-right',
  'hello-short',
  'gossip-hands-on',
  'tx-single',
  'signature-right',
  'block-compact',
  'probe-ping',
  'objects-by-id',
  'chain-headers',
  'reconcile-list',
]

describe('our own node', () => {
  it('keeps the protocol, in the short form', async () => {
    const validators = [0, 1, 2, 3].map(devValidator)
    const network = conformNetwork(validators)
    const node = await startNode({ network })
    const results = await runChecks({
      setting: new Setting(network, validators),
      address: asNetAddress(addressOf(node)),
      role: 'full',
      random: createPrng(1),
      now: () => Date.now(),
      paceMs: 0,
      checks: CHECKS.filter(({ id }) => SHORT.includes(id)),
    })
    await node.stop()
    expect(results.map((result) => [result.check.id, noteOf(result)])).toEqual(SHORT.map((id) => [id, null]))
  })
})

/** A mutant of each kind of bend, such as are caught at once; `npm run conform -- --mutants` runs them all. */
const HUNTED = ['hello-right', 'gossip-hands-on', 'signature-zeros']

describe('the mutants', () => {
  it('are made for checks that there are, and for each that takes less than a minute', () => {
    const ids = new Set(CHECKS.map(({ id }) => id))
    expect(MUTANTS.filter(({ check, after = [] }) => ![check, ...after].every((id) => ids.has(id)))).toEqual([])
    const made = new Set(MUTANTS.map(({ check }) => check))
    const short = CHECKS.filter(({ isLong }) => isLong !== true).map(({ id }) => id)
    expect(short.filter((id) => !made.has(id))).toEqual([])
  })

  it('are caught, each by the check that it is made for', async () => {
    const survivors: string[] = []
    for await (const { mutant, evidence } of hunt(MUTANTS.filter(({ check }) => HUNTED.includes(check))))
      if (evidence === null) survivors.push(mutant.check)
    expect(survivors).toEqual([])
  })
})
