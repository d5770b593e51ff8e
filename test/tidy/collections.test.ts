/**
 * Everything that grows is shown with its bound. Walks the sources for fields that hold collections and for what
 * `sizes()` says of them; what is not reported stands here with its reason.
 */
import { expect, it } from 'vitest'
import { projectFiles, read } from './project-files.ts'

const folders = /^src\/(kernel|node|peers|relay|mempool|sync|membership|chain|adapters)\//
const sources = projectFiles().filter((path) => folders.test(path) && path.endsWith('.ts'))

const COLLECTION =
  /^(?: {2}| {4})(?:readonly )?(#?\w+)(?:: [^=\n]+)? ?[=:] ?(?:\[\]$|\[\],?$|new (?:Map|Set|ExpiringMap|BoundedQueue|MinHeap)\b)/gm

/**
 * Collections that are not reported, by file and field, with the reason why they cannot grow or where their bound is
 * held.
 */
const UNREPORTED: Readonly<Record<string, string>> = {
  'src/kernel/shared/turn.ts effects': 'lives for one event',
  'src/kernel/shared/turn.ts lazyWrites': 'lives for one event',
  'src/kernel/blocks/bodies.ts #pinned': 'bodies of the block tree that are being worked on: chain.headers bounds them',
  'src/kernel/members/state.ts recordOwners': 'one entry for each node record (membership/limits.ts, RECORDS_MAX)',
  'src/kernel/members/state.ts helps': 'HELPS_WAITING_MAX, looked at before each addition',
  'src/kernel/members/state.ts probeDials': 'one entry for each check under way (membership.checks)',
  'src/kernel/peers/state.ts partings': 'connected peers that are being disconnected',
  'src/peers/redial.ts #unfit': 'as many as addresses, which are reported; the oldest goes',
  'src/peers/redial.ts #reached': 'connected peers',
  'src/chain/block-tree.ts #nodes': 'chain.headers',
  'src/chain/chain.ts #best': 'an index of the block tree: one entry a height',
  'src/chain/ledgers.ts #states': 'states of blocks of the tree; chain.headers bounds them',
  'src/chain/orphanage.ts #orphans': 'chain.orphans',
  'src/chain/waiting.ts #all': 'chain.waiting',
  'src/membership/peer-clocks.ts #voters': 'connected peers',
  'src/sync/chain-sync.ts #suspects': 'SUSPECTS_MAX, looked at after each addition',
  'src/sync/chain-sync.ts #headerRequests': 'HEADER_REQUESTS_MAX, looked at before each addition',
  'src/chain/sightings.ts #bySlot': 'chain.slots',
  'src/chain/sightings.ts #evidence': 'EVIDENCE_MAX, cut at each addition',
  'src/membership/discovery.ts #owners': 'made and forgotten within one decision: one entry a connection or dial',
  'src/membership/discovery.ts #groups': 'an index of discovery.peers',
  'src/membership/discovery.ts #connected': 'connected peers',
  'src/membership/members.ts #members': 'one entry for each node record',
  'src/membership/members.ts accusers': 'part of one answer',
  'src/membership/probing.ts #neighbours': 'connected peers',
  'src/membership/probing.ts #order': 'the members, in another order',
  'src/membership/suspicion.ts #accusers': 'one entry for each accuser with a record (RECORDS_MAX)',
  'src/membership/survey.ts #entries': 'SURVEYED_MAX nodes, for the few seconds of one survey',
  'src/membership/survey.ts #beside': 'NEIGHBOURS_MAX marks of each of its nodes',
  'src/membership/survey.ts #byMark': 'an index of its nodes',
  'src/membership/survey.ts #asks': 'ASKS_AT_ONCE',
  'src/membership/survey.ts #waiting': 'some of its nodes',
  'src/node/paced-log.ts #told': 'observer.refusals, observer.dials',
  'src/node/ignored-peers.ts #accounts': 'observer.ignoredPeers',
  'src/peers/redial.ts #stories': 'one entry for each of #addresses',
  'src/node/health.ts #held': 'one entry a problem code',
  'src/node/health.ts #toldMs': 'one entry a problem code',
  'src/adapters/log/line-sink.ts #waiting': 'WAITING_BYTES_MAX, looked at before each addition',
  'src/node/event-ring.ts #ring': 'observer.events',
  'src/node/propagation-log.ts #order': 'ids of propagation.objects, in a ring of their most',
  'src/sync/chain-sync.ts #heads': 'connected peers',
  'src/sync/chain-sync.ts #peers': 'connected peers',
  'src/sync/chain-sync.ts #giving': 'connected peers',
  'src/sync/chain-sync.ts #asked': 'hashes of the block requests, which are reported',
  'src/sync/offers.ts #peers': 'connected peers',
  'src/sync/reconcile-session.ts have': 'one session, within the bytes of its answers',
  'src/sync/reconcile-session.ts need': 'one session, within the bytes of its answers',
  'src/sync/reconcile-session.ts #asked': 'one session, within the bytes of its answers',
  'src/sync/repair-server.ts #budgets': 'connected peers',
  'src/sync/repair.ts #partners': 'connected peers',
  'src/sync/repair.ts #asks': 'one for each session',
  'src/sync/repair.ts #newcomersMs': 'HEAL_PEERS, cut at each addition',
  'src/sync/reply-frames.ts #frames': 'one answer, within the bytes of its protocol',
  'src/sync/wanted.ts #peers': 'connected peers',
  'src/sync/wanted.ts #requests': 'requests for wanted.keys',
  'src/node/conservation.ts #accounts': 'one entry a topic',
  'src/node/runtime.ts #meshChanged': 'one entry a topic',
  'src/node/observe.ts #outgoing': 'ids of one batch, between its notes and its publication',
  'src/node/event-ring.ts #readers': 'bounded by the readers of the API (adapters/http, EVENT_READERS_MAX)',
  'src/node/ingress.ts waiting': 'no more queues than messages, which are reported',
  'src/node/fair-turns.ts #waiting': 'peers with a message that waits, which are reported',
  'src/node/verification.ts #jobs': 'verification.jobs',
  'src/node/threaded-verification.ts #jobs': 'verification.jobs',
  'src/node/perform.ts #submissions': 'perform.submissions',
  'src/peers/redial.ts #unconfigured': 'at most ANCHORS_MAX, and part of #addresses',
  'src/peers/peer-table.ts #peers': 'peers.connected',
  'src/mempool/queue-heap.ts #places': 'an index of the pool: one entry a sender',
  'src/mempool/queue-heap.ts #positions': 'an index of the pool: one entry a sender',
  'src/mempool/short-id-index.ts #entries': 'an index of the pool: one entry a transaction',
  'src/mempool/short-id-index.ts #fresh': 'entries of the pool that are not in that index yet',
  'src/mempool/sender-queue.ts #pending': 'part of the pool; bounded a sender (mempool/limits.ts)',
  'src/mempool/sender-queue.ts #parked': 'part of the pool; bounded a sender (mempool/limits.ts)',
  'src/mempool/creation-index.ts #bySecond': 'an index of the pool: one entry a transaction',
  'src/mempool/creation-index.ts #seconds': 'an index of the pool: one entry a second',
  'src/mempool/mempool.ts #queues': 'one entry for each sender in the pool',
  'src/mempool/mempool.ts #entries': 'mempool.transactions, by its count',
  'src/chain/early-blocks.ts #held': 'kernel.early',
  'src/kernel/repair/held-back.ts #items': 'kernel.heldBack',
  'src/adapters/http/event-reader.ts #gathered': 'at most GATHER_BYTES and one event, for each reader',
  'src/adapters/libp2p/dial-targets.ts #places': 'places of dials under way: a few for each, and those are bounded',
  'src/adapters/libp2p/pending-sockets.ts #waiting': 'at most as many as may be in handshake, each for 5 s',
  'src/adapters/libp2p/pending-sockets.ts #groups': 'one entry at most for each of those',
  'src/adapters/libp2p/dial-targets.browser.ts #places': 'the place of the dial under way: there is one address',
  'src/adapters/libp2p/requests.ts #working': 'one entry for each protocol and connected peer with work under way',
  'src/sync/chain-sync.ts #headersAskedMs': 'connected peers',
  'src/adapters/http/event-readers.ts #readers': 'EVENT_READERS_MAX and OPERATOR_READERS_MAX; one goes for a newcomer',
  'src/adapters/http/connection-places.ts #strangers': 'CONNECTIONS_MAX with #kept, looked at before each addition',
  'src/adapters/http/connection-places.ts #kept': 'CONNECTIONS_MAX with #strangers',
  'src/adapters/http/rate-guard.ts #clients': 'RATED_CLIENTS_MAX, held by the map itself',
  'src/adapters/store/level-store.ts #sublevels': 'one entry a space',
  'src/adapters/store/group-commit.ts #queue':
    'what waits for the disk: submissions (SUBMISSIONS_MAX) and one write an event',
  'src/adapters/libp2p/gossip-links.ts #gaps': 'connections',
  'src/adapters/libp2p/gossip-links.ts #cuts': 'MUTE_PEERS_MAX; it expires by itself',
  'src/adapters/libp2p/gossip-links.ts #ends': 'MUTE_PEERS_MAX; it expires by itself',
  'src/adapters/libp2p/gossip-links.ts #voices': 'connected peers',
  'src/adapters/libp2p/anteroom.ts #peers': 'connected peers; what waits of them: gossip.waitingBytes',
  'src/adapters/libp2p/gossip.ts #waiting': 'gossip.waitingBytes, of which each takes 256',
  'src/adapters/libp2p/gossip.ts #muted': 'connected peers',
  'src/adapters/libp2p/lazy-push.ts #words': 'connected peers',
  'src/adapters/libp2p/routes.ts #routes': 'pairs of connected peers, SOURCES_MAX for each',
  'src/adapters/libp2p/silent-peers.ts #gaveAt': 'peers of the mesh, looked at each heartbeat',
  'src/adapters/libp2p/loud-peers.ts #loud': 'gossip.loudPeers',
  'src/adapters/libp2p/silent-peers.ts #silent': 'gossip.silentPeers',
  'src/adapters/libp2p/silent-peers.ts #announcers': 'SILENT_PEERS_MAX, held by the map itself',
  'src/adapters/libp2p/mesh-diversity.ts #shares': 'networks of connected peers, made anew each heartbeat',
  'src/adapters/libp2p/mesh-view.ts #told': 'topics and connected peers',
  'src/adapters/libp2p/connections.ts #open': 'connected peers',
  'src/adapters/libp2p/connections.ts #leaving': 'connected peers',
  'src/adapters/metrics/tally.ts #series': 'names and labels are closed lists',
  'src/sync/chain-sync.ts #failing': 'connected peers',
  'src/sync/fingerprint-leaf.ts keys': 'LEAF_MAX, asserted at each insert',
  'src/sync/fingerprint-leaf.ts ids': 'LEAF_MAX, as its keys',
  'src/sync/fingerprint-tree.ts #waiting': 'items of the set that the tree is of, which has its own bound',
  'src/adapters/libp2p/connection-guards.ts #unknown': 'connections between handshake and identity',
  'src/adapters/libp2p/connection-guards.ts #known': 'connected peers',
  'src/adapters/libp2p/connection-guards.ts #slices': 'connected peers',
  'src/adapters/libp2p/work-accounts.ts #fresh': 'accounts, which have their own bound',
  'src/adapters/libp2p/unheard-peers.ts #sinceMs': 'connected peers',
  'src/adapters/libp2p/sender-budgets.ts #accounts': 'connected peers',
  'src/adapters/libp2p/requests.ts #slots': 'protocols and connected peers',
  'src/adapters/libp2p/requests.ts #answering': 'streams of connected peers',
  'src/adapters/libp2p/requests.ts #kept': 'one open stream for each kept protocol and connected peer',
}

interface Found {
  readonly place: string
  readonly isReported: boolean
}

/** The text of a method named sizes or caches. */
function reportOf(text: string): string {
  const [, body = ''] = /^ {2}(?:sizes|caches)\(\)[^{]*(?:\{[^}]*\}[^{]*)?\{\n([\s\S]*?)^ {2}\}/m.exec(text) ?? []
  return body
}

const found: Found[] = sources.flatMap((path) => {
  const text = read(path)
  const report = reportOf(text)
  return [...text.matchAll(COLLECTION)].flatMap(([, name = '']) => {
    const isField =
      name.startsWith('#') || text.includes(`  readonly ${name} = new `) || text.includes(`  readonly ${name}: `)
    return isField
      ? [{ place: `${path} ${name}`, isReported: new RegExp(`\\b${name.replace('#', '')}\\b`).test(report) }]
      : []
  })
})

it('every collection is reported with its bound, or stands here with its reason', () => {
  expect(found.length).toBeGreaterThan(60)
  expect(
    found.filter(({ place, isReported }) => !isReported && UNREPORTED[place] === undefined).map(({ place }) => place),
  ).toEqual([])
})

it('every exception is still there', () => {
  const places = new Set(found.map(({ place }) => place))
  const gone = Object.keys(UNREPORTED).filter((place) => !places.has(place))
  expect(gone).toEqual([])
})
