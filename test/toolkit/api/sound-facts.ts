/** Facts of a node of which nothing is to be said. */
import type { DoctorFacts } from '../../../src/domain/doctor.ts'

export const SOUND_FACTS: DoctorFacts = {
  problems: [],
  clock: { aheadMs: 3.2, errorMs: 1.1, peers: 5 },
  inbound: 2,
  outbound: 4,
  dialledBack: [],
  listen: ['/ip4/192.0.2.7/tcp/4601/p2p/12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'],
  announce: null,
  api: '127.0.0.1:4600',
  own: ['192.0.2.7', '127.0.0.1'],
  seenAt: new Map([['192.0.2.7', 5]]),
  oneWay: [],
  peers: 6,
  mesh: 5,
  meshWanted: 4,
  versions: { 'hearsay/1': 7 },
  version: 'hearsay/1',
  disk: { freeBytes: 20 * 1_073_741_824, syncMs: 0.6 },
  files: { open: 40, max: 4_096 },
  rssBytes: 120 * 1_048_576,
  groupBytesMax: null,
  height: 100,
  best: { height: 101, names: ['node-1'] },
}
