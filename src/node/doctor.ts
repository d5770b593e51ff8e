/** Gathers what domain/doctor decides from: of the machine, of the machines of the kernel, and of the peers. */
import { diagnose, type DoctorFacts, type DoctorView } from '../domain/doctor.ts'
import { asTxId } from '../domain/ids.ts'
import type { Machines } from '../kernel/machines.ts'
import { ownClock } from '../kernel/peers/own-clock.ts'
import { ipOf } from '../lib/address-group.ts'
import { reachOf } from '../lib/reach.ts'
import { CLOCK_DELAY_MAX_MS } from '../membership/limits.ts'
import type { ReachAsker } from './ask-reach.ts'
import type { Clock } from './clock.ts'
import type { Health } from './health.ts'
import { DOCTOR_SAMPLES, DOCTOR_WAIT_MS } from './limits.ts'
import { networkView } from './network-views.ts'
import type { Observer } from './observe.ts'
import type { Ports } from './ports.ts'
import type { Runtime } from './runtime.ts'
import type { Vitals } from './vitals.ts'

/** What only adapters can see. */
export type MachineFacts = Pick<
  DoctorFacts,
  'announce' | 'api' | 'own' | 'disk' | 'files' | 'groupBytesMax' | 'meshWanted'
>

export interface DoctorSources {
  readonly runtime: Runtime
  readonly ports: Ports
  readonly observer: Observer
  readonly clock: Clock
  readonly vitals: Vitals
  readonly health: Health
  readonly reach: ReachAsker
  readonly machine: () => Promise<MachineFacts>
}

/** Looks at everything; ends within what a dial back takes, and the disk. */
export async function examine(sources: DoctorSources): Promise<DoctorView> {
  const { runtime, ports, observer, clock, vitals, health } = sources
  const { machines } = runtime.kernel
  const machine = await sources.machine()
  const table = [...machines.peers.table.all()]
  const fromOutside = table.filter(({ address }) => !isOfThisMachine(ipOf(address), machine.own))
  // Those that we dialled first: who dialled us knows one way already.
  const asked = fromOutside
    .filter(({ greeted }) => greeted)
    .toSorted((a, b) => Number(a.direction === 'inbound') - Number(b.direction === 'inbound'))
    .map(({ peer }) => peer)
  const [offset, dialledBack] = await Promise.all([
    clockOffset(runtime, machines, clock),
    sources.reach.ask(asked, ports.requests, clock.now().monoMs),
  ])
  const { versions, members } = networkView(machines, clock.now())
  const heads = members.filter(({ peerId, state }) => state === 'alive' && peerId !== ports.connections.self)
  const top = Math.max(...heads.map(({ head }) => head.height))
  return diagnose({
    ...machine,
    problems: health.problems(),
    clock: offset,
    inbound: fromOutside.filter(({ direction }) => direction === 'inbound').length,
    outbound: fromOutside.filter(({ direction }) => direction === 'outbound').length,
    dialledBack,
    listen: ports.connections.addresses(),
    seenAt: counted(table.flatMap(({ peer }) => observer.agents.get(peer)?.seenAt ?? [])),
    oneWay: table
      .filter(({ peer }) => ports.connections.gossipLink(peer) !== 'both')
      .map(({ name, peer }) => name || peer),
    peers: table.length,
    mesh: ports.gossip.meshOf('transactions').mesh.length,
    versions,
    version: machines.shared.config.agentVersion,
    rssBytes: vitals.rssBytes(),
    height: machines.shared.announced.height,
    best:
      heads.length === 0
        ? null
        : { height: top, names: heads.filter(({ head }) => head.height === top).map(({ name }) => name) },
  })
}

/** By four readings where nodes answer that; by the records that peers publish where they don't. */
async function clockOffset(runtime: Runtime, machines: Machines, clock: Clock): Promise<DoctorFacts['clock']> {
  if (machines.shared.config.observes) {
    // An object that nobody has: what counts are the clocks in the answers.
    const outcome = await runtime.survey([asTxId('00'.repeat(32))], DOCTOR_SAMPLES, DOCTOR_WAIT_MS)
    const rows = outcome.kind === 'surveyed' ? outcome.rows.flatMap(({ clock: row }) => row ?? []) : []
    const middle = rows.toSorted((a, b) => Number(a.offsetNs - b.offsetNs))[Math.floor(rows.length / 2)]
    if (middle !== undefined)
      return { aheadMs: -Number(middle.offsetNs) / 1e6, errorMs: Number(middle.errorNs) / 1e6, peers: rows.length }
  }
  const own = ownClock(machines, clock.now())
  return own === null ? null : { aheadMs: own.aheadMs, errorMs: CLOCK_DELAY_MAX_MS, peers: own.voters }
}

function isOfThisMachine(ip: string | null, own: readonly string[]): boolean {
  return ip === null || reachOf(ip) === 'loopback' || own.includes(ip)
}

function counted(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
