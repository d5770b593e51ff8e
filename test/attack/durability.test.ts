/** Short forms of `npm run crash`, `torn`, `powerloss`, `iofault` and `fuzz`. */
import { describe, expect, test } from 'vitest'
import { crash } from '../toolkit/durability/crash.ts'
import { ioFault, ioFaultObstacle } from '../toolkit/durability/iofault.ts'
import { powerloss, powerlossObstacle } from '../toolkit/durability/powerloss.ts'
import { torn } from '../toolkit/durability/torn.ts'
import { fuzz } from '../toolkit/fuzz/fuzz.ts'

const SEED = 1

// Each mostly waits for processes of its own to start: they do so at the same time.
describe.concurrent('a process that is hurt', () => {
  test('what was acknowledged is there after kill -9 under load', async () => {
    const figures = await crash({ runs: 2, seed: SEED, signal: 'SIGKILL', perSecond: 100, onRun: () => undefined })
    console.log(JSON.stringify(figures))
    expect(figures).toMatchObject({ lost: 0, restarts: 2 })
    expect(figures.acknowledged).toBeGreaterThan(0)
  })

  test('what was acknowledged is there after a power cut', async (context) => {
    const obstacle = powerlossObstacle()
    context.skip(obstacle !== null, `powerloss cannot run here: ${obstacle}`)
    const figures = await powerloss({ runs: 1, seed: SEED, perSecond: 100, onRun: () => undefined })
    console.log(JSON.stringify(figures))
    expect(figures).toMatchObject({ lost: 0, opened: 1, controlLost: 1 })
  })

  test('a disk that fails is never acknowledged: 503, or the end of the process', async (context) => {
    const obstacle = ioFaultObstacle()
    context.skip(obstacle !== null, `iofault cannot run here: ${obstacle}`)
    const figures = await ioFault({ first: [7], calls: ['fdatasync'], onRun: () => undefined })
    console.log(JSON.stringify(figures))
    expect(figures).toMatchObject({ lost: 0, falseAcknowledgements: 0, failuresToOpen: 0, unharmed: 0 })
    expect(figures.stoppedWith503 + figures.exited).toBe(figures.runs)
  })
})

test('a log that is torn or flipped anywhere at its end opens and serves only what was written', async () => {
  const figures = await torn({ every: 24, onProgress: () => undefined })
  console.log(JSON.stringify(figures))
  expect(figures).toMatchObject({ corruptServed: 0, failuresToOpen: 0, holes: 0, soundLost: 0 })
  expect(figures.images).toBeGreaterThan(80)
})

test('damaged bytes crash nothing, nothing signed can be altered, what is accepted has one spelling', async () => {
  const faults: string[] = []
  const figures = await fuzz({
    inputs: 20_000,
    seed: SEED,
    onFault: (text) => faults.push(text),
    onProgress: () => undefined,
  })
  console.log(JSON.stringify(figures))
  expect(faults).toEqual([])
  expect(figures).toMatchObject({ crashes: 0, alteredAccepted: 0, otherSpellings: 0 })
  expect(figures.accepted).toBeGreaterThan(1_000)
})
