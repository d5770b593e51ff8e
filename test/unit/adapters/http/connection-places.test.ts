import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { ConnectionPlaces } from '../../../../src/adapters/http/connection-places.ts'

/** What the places see of a socket. */
class Line extends EventEmitter {
  destroyed = false
  readonly remoteAddress: string
  constructor(remoteAddress = '127.0.0.1') {
    super()
    this.remoteAddress = remoteAddress
  }
  destroy(): void {
    this.destroyed = true
  }
  get socket(): Socket {
    return this as unknown as Socket
  }
}

function full(places: ConnectionPlaces, count: number, address?: string): Line[] {
  const lines = Array.from({ length: count }, () => new Line(address))
  for (const { socket } of lines) places.admit(socket)
  return lines
}
const gone = (lines: readonly Line[]): number[] => lines.flatMap(({ destroyed }, n) => (destroyed ? [n] : []))

it('the connection that has been still for longest goes for a newcomer, one for one', () => {
  const places = new ConnectionPlaces(3)
  const lines = full(places, 3)
  expect(gone(lines)).toEqual([])
  places.touch((lines[0] as Line).socket)
  const newcomers = full(places, 2)
  expect(gone(lines)).toEqual([1, 2])
  expect(gone(newcomers)).toEqual([])
})

it('it goes from the client with most: many addresses of one IPv6 customer are one client', () => {
  const places = new ConnectionPlaces(5)
  const honest = full(places, 2, '192.0.2.1')
  const crowd = ['1', '2', '3'].map((end) => full(places, 1, `2001:db8::${end}`)[0] as Line)
  full(places, 1, '192.0.2.7')
  expect(gone(honest)).toEqual([])
  expect(gone(crowd)).toEqual([0])
})

it('a place that is free is used before anybody goes', () => {
  const places = new ConnectionPlaces(2)
  const lines = full(places, 2)
  lines[1]?.emit('close')
  full(places, 1)
  expect(gone(lines)).toEqual([])
})

it('what is kept never goes: when all are, the newcomer does', () => {
  const places = new ConnectionPlaces(2)
  const kept = full(places, 2)
  for (const { socket } of kept) places.keep(socket)
  const [late] = full(places, 1) as [Line]
  expect(gone(kept)).toEqual([])
  expect(late.destroyed).toBe(true)
  kept[0]?.emit('close')
  expect(gone(full(places, 1))).toEqual([])
})
