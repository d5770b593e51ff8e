import { describe, expect, it } from 'vitest'
import { asPeerId } from '../../../src/domain/ids.ts'
import { isClockOff, PeerClocks } from '../../../src/membership/peer-clocks.ts'

const HOUR = 3_600_000
const WALL = 1_800_000_000_000

/** Clocks of peers that are ahead by so much, each heard twice, `delayMs` late. */
function heard(aheadMs: readonly number[], options: { outbound?: number; delayMs?: number; times?: number } = {}) {
  const clocks = new PeerClocks()
  const { outbound = 0, delayMs = 100, times = 2 } = options
  aheadMs.forEach((ahead, at) => {
    for (let time = 0; time < times; time++)
      clocks.heard(asPeerId(`p${at}`), at < outbound, WALL + ahead + time * 60_000, time * 60_000 + delayMs)
  })
  return clocks
}

/** Our own clock `aheadMs` off, a while later. */
const at = (aheadMs: number, monoMs = 120_000) => ({ wallMs: WALL + monoMs + aheadMs, monoMs })

describe('our clock against those of peers', () => {
  it('is off when it steps, without another record', () => {
    const clocks = heard([0, 10, -20, 5])
    expect(isClockOff(clocks.verdict(at(0))!, 2_000)).toBe(false)
    for (const step of [HOUR, -HOUR, 60_000, -5_000, 6_000])
      expect(isClockOff(clocks.verdict(at(step))!, 2_000), `${step} ms`).toBe(true)
    expect(clocks.verdict(at(HOUR))!.aheadMs).toBeCloseTo(HOUR, -3)
  })

  it.each([
    ['two of five', [HOUR, HOUR, 0, 0, 0]],
    ['two of four, half', [HOUR, HOUR, 0, 0]],
    ['one of three', [-HOUR, 0, 0]],
    ['two that disagree of five', [HOUR, -HOUR, 0, 0, 0]],
  ])('is not off because %s lie', (_, aheadMs) => {
    expect(isClockOff(heard(aheadMs).verdict(at(0))!, 2_000)).toBe(false)
  })

  it('is not off because of any number that dial us, while three that we dialled keep the time', () => {
    const clocks = heard([0, 0, 0, ...Array.from({ length: 40 }, () => HOUR)], { outbound: 3 })
    expect(clocks.verdict(at(0))).toMatchObject({ voters: 3 })
    expect(isClockOff(clocks.verdict(at(0))!, 2_000)).toBe(false)
  })

  it('gets no verdict from two peers, nor from who is gone', () => {
    const clocks = heard([HOUR, HOUR, HOUR])
    expect(clocks.verdict(at(0))).not.toBeNull()
    clocks.gone(asPeerId('p1'))
    expect(clocks.verdict(at(0))).toBeNull()
  })

  it('is not ahead because records are late', () => {
    expect(isClockOff(heard([0, 0, 0], { delayMs: 3_500 }).verdict(at(0))!, 2_000)).toBe(false)
    // Once each may mean anything up to what no delay explains.
    expect(isClockOff(heard([0, 0, 0], { delayMs: 20_000, times: 1 }).verdict(at(0))!, 2_000)).toBe(false)
    expect(isClockOff(heard([0, 0, 0], { times: 1 }).verdict(at(31_000))!, 2_000)).toBe(true)
  })
})
