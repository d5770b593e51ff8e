/**
 * Each wing of the kernel speaks for all of its machines: no bound is shown by nobody, and no invariant is checked by
 * nobody.
 */
import { expect, it } from 'vitest'
import type { StructureSize } from '../../../src/kernel/shared/wing.ts'
import { KernelWorld } from '../../toolkit/kernel/kernel-world.ts'

interface Machine {
  sizes?: () => readonly StructureSize[]
  invariants?: () => void
}

const { kernel } = new KernelWorld()
const { wings } = kernel.machines
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
/**
 * The machines of all wings: their fields, and what the compared sets lack. (A set's tree has as many items as its
 * owner has.)
 */
const machines = [
  ...wings.flatMap((wing) => Object.values(wing).filter(isObject)),
  kernel.machines.transactions.set.wanted,
  kernel.machines.members.set.wanted,
] as Machine[]

it('shows the sizes of every machine, each under a name of its own', () => {
  const shown = kernel.sizes().map(({ name }) => name)
  expect(shown.length).toBeGreaterThan(30)
  expect(new Set(shown).size).toBe(shown.length)
  const own = machines.flatMap((machine) => machine.sizes?.().map(({ name }) => name) ?? [])
  expect(own.length).toBeGreaterThan(15)
  expect(own.filter((name) => !shown.includes(name))).toEqual([])
})

it('checks the invariants of every machine', () => {
  const kept = machines.filter(
    (machine) => machine.invariants !== undefined && !(wings as readonly unknown[]).includes(machine),
  )
  expect(kept.length).toBeGreaterThan(10)
  const checked = new Set<Machine>()
  for (const machine of kept) machine.invariants = () => void checked.add(machine)
  kernel.invariants()
  expect(kept.filter((machine) => !checked.has(machine)).map(({ constructor }) => constructor.name)).toEqual([])
})
