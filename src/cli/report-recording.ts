/** Recordings for views: from a file, or from what the nodes of a running network still remember. */
import { open } from 'node:fs/promises'
import { connect } from '../client/connect.ts'
import { askForObjects, gatherMemory, type AskedNode, type NodeMemory } from '../client/gather.ts'
import { alignedRecord, errorBetween, movedBack, shiftOf, type NodeClock } from '../trace/clocks.ts'
import type { NetworkNode } from '../trace/journey.ts'
import { answerLines, memoryLines, openQuestions } from '../trace/memory-lines.ts'
import { RecordingReader, type Recording, type RecordingRead } from '../trace/recording.ts'
import { networkNodes } from '../trace/report.ts'
import type { Manifest } from '../home/manifest.ts'
import type { Context } from './context.ts'
import { Failure, systemCode, usageFailure } from './failure.ts'
import { VERSION } from './version.ts'
import { waitFor } from './waiting.ts'

type Line = Recording['lines'][number]

/** How long a node may take to say what its head is, ms. */
const ANSWER_MS_MAX = 2_000

/** Largest file that is read, bytes: what a testnet writes at most (testnet/limits.ts). */
const FILE_BYTES_MAX = 1024 * 1024 * 1024
/** Read at once, bytes. */
const PIECE_BYTES = 1024 * 1024

/** Reads a recording. Lines that a crash cut are told and left out. */
export async function readRecording(context: Context, path: string): Promise<Recording> {
  const read = await readPieces(path).catch((error: unknown) => {
    const code = systemCode(error)
    if (code === undefined) throw error
    throw new Failure(
      code === 'ENOENT' ? 'not-found' : 'usage',
      'no-recording',
      `${path} can't be read (${code})`,
      '`hearsay testnet up --record FILE` writes one',
    )
  })
  if (!read.ok)
    throw usageFailure(`${path} is no recording: ${read.message}`, '`hearsay testnet up --record FILE` writes one')
  if (read.unread > 0) context.terminal.note(`${read.unread} lines of ${path} could not be read and are left out`)
  return read.recording
}

/** Piece by piece: a text of the whole file could be larger than texts may be. */
async function readPieces(path: string): Promise<RecordingRead> {
  const reader = new RecordingReader()
  const decoder = new TextDecoder()
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(PIECE_BYTES)
    for (let size = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, PIECE_BYTES, null)
      size += bytesRead
      if (size > FILE_BYTES_MAX) return { ok: false, message: `it has more than ${FILE_BYTES_MAX} bytes` }
      if (bytesRead === 0) break
      if (!reader.push(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }))) break
    }
  } finally {
    await file.close()
  }
  reader.push(decoder.decode())
  return reader.end()
}

/** A node that is asked, and how its clock stands to the others'. */
export interface ToldNode extends AskedNode {
  readonly peerId: string
  /** Null where all are of one machine, or it was not compared. */
  readonly clock: NodeClock | null
  /** Why it cannot be asked; null where it can. */
  readonly trouble: string | null
}

/** What happened in a running testnet: its recording, or what its nodes remember. */
export async function recordingOf(context: Context, manifest: Manifest): Promise<Recording> {
  const recording = manifest.recording === undefined ? null : await readRecording(context, manifest.recording)
  if (manifest.recordingFailed !== undefined)
    context.terminal.note(`the recording ended early (${manifest.recordingFailed}): this is what the nodes remember`)
  const asked = manifest.nodes
    .filter(({ state }) => ASKED.has(state))
    .map(({ name, apiUrl, peerId }) => ({ name, apiUrl, peerId, clock: null, trouble: null }))
  const network = manifest.nodes.map(({ name, peerId, dials }) => ({ name, peerId, dials }))
  const lines =
    recording === null
      ? [...stateLines(manifest), ...(await rememberedLines(context, network, asked))]
      : [...recording.lines, ...stateLines(manifest)]
  // What a node told nothing of it is asked for: only its own word makes a miss of it.
  const known = recording === null ? network : networkNodes(recording.head, lines)
  return {
    head: recording?.head ?? headOf(manifest, network),
    lines: [...lines, ...(await answeredLines(context, known, { asked, lines }))],
  }
}

/** What the nodes of a network remember that nobody here started, and that nobody recorded. */
export async function gatheredRecording(
  context: Context,
  { network, networkId }: { readonly network: string; readonly networkId: string },
  nodes: readonly ToldNode[],
): Promise<Recording> {
  const asked = nodes.filter(({ trouble }) => trouble === null)
  const named = nodes.map(({ name, peerId }) => ({ name, peerId, dials: [] }))
  const unasked = nodes.flatMap(({ name, trouble }): Line[] =>
    trouble === null ? [] : [{ line: 'unasked', t_ns: nowNs(), node: name, why: trouble }],
  )
  const lines = [...unasked, ...(await rememberedLines(context, named, asked))]
  return {
    head: {
      ...{
        v: 1,
        line: 'network',
        network,
        networkId,
        seed: null,
        topology: 'grown',
        degree: null,
        link: 'as they are',
      },
      ...{ createdAt: Date.now(), version: VERSION, clockErrorMs: errorBetween(asked.map(({ clock }) => clock)) },
      nodes: named,
    },
    lines: [...lines, ...(await answeredLines(context, named, { asked, lines }))],
  }
}

/** What the nodes say when they are asked for what they told nothing of, and their heads. */
async function answeredLines(
  context: Context,
  network: readonly NetworkNode[],
  { asked, lines }: { readonly asked: readonly ToldNode[]; readonly lines: readonly Line[] },
): Promise<Line[]> {
  const questions = openQuestions(network, lines)
  const clocks = new Map(asked.map(({ name, clock }) => [name, clock]))
  const answers = await askForObjects(
    asked.flatMap((node) => {
      const ids = questions.get(node.name)
      return ids === undefined ? [] : [{ ...node, ids }]
    }),
  )
  return [
    ...answers.flatMap(({ name, at, objects }) =>
      answerLines(name, at, objects).map((line) => onOneClock(line, clocks.get(name) ?? null)),
    ),
    ...(await headLines(context, asked)),
  ]
}

/** A node in these states has an API; a paused one does not answer, and is said to. */
const ASKED: ReadonlySet<string> = new Set(['ready', 'paused'])
/** Nodes with different heads are asked again: a block that is on its way makes no second chain. */
const HEADS_EVERY_MS = 400
const HEADS_TRIES = 8

async function rememberedLines(
  context: Context,
  network: readonly NetworkNode[],
  asked: readonly ToldNode[],
): Promise<Line[]> {
  const clocks = new Map(asked.map(({ name, clock }) => [name, clock]))
  const memories = await gatherMemory(asked)
  for (const { name, trouble } of memories)
    if (trouble !== null) context.terminal.note(`${name} could not be asked: ${trouble}`)
  const names = new Map(network.map(({ name, peerId }) => [peerId, name]))
  const aligned = memories.map((memory) => onClockOf(memory, clocks.get(memory.name) ?? null))
  return memoryLines(aligned, (peerId) => names.get(peerId) ?? peerId)
}

/** What a node remembers, with its times by the clock that others are compared with. */
function onClockOf(memory: NodeMemory, clock: NodeClock | null): NodeMemory {
  const shiftMs = shiftOf(clock)
  if (shiftMs === 0) return memory
  return {
    ...memory,
    at: memory.at - Math.round(shiftMs),
    objects: memory.objects.map((object) => ({
      ...object,
      records: object.records.map((record) => alignedRecord(record, clock)),
    })),
    edgeNs: memory.edgeNs === null ? null : BigInt(movedBack(memory.edgeNs.toString(), shiftMs)),
  }
}

function onOneClock(line: Line, clock: NodeClock | null): Line {
  const shiftMs = shiftOf(clock)
  return shiftMs === 0 ? line : { ...line, t_ns: movedBack(line.t_ns, shiftMs) }
}

async function headLines(context: Context, asked: readonly AskedNode[]): Promise<Line[]> {
  const lines: Line[] = []
  const clients = asked.map(({ name, apiUrl }) => ({ name, client: connect(apiUrl, { timeoutMs: ANSWER_MS_MAX }) }))
  for (let tries = 0; tries < HEADS_TRIES; tries++) {
    const t_ns = nowNs()
    const heads = await Promise.all(
      clients.map(async ({ name, client }) => {
        const status = await client.status()
        return status.ok ? [{ line: 'head' as const, t_ns, node: name, ...status.value.head }] : []
      }),
    )
    lines.push(...heads.flat())
    if (new Set(heads.flat().map(({ hash }) => hash)).size <= 1) break
    if (!(await waitFor(HEADS_EVERY_MS, context.stop))) break
  }
  for (const { client } of clients) client.close()
  return lines
}

/** Who was there when, as the supervisor knows it. */
function stateLines(manifest: Manifest): Line[] {
  return manifest.nodes.flatMap(({ name, peerId, states = [] }) =>
    states.map(({ atMs, state }) => ({
      line: 'node' as const,
      t_ns: (BigInt(atMs) * 1_000_000n).toString(),
      node: name,
      peerId,
      state,
    })),
  )
}

function headOf(
  { network, networkId, seed, topology, degree, link, createdAt }: Manifest,
  nodes: Recording['head']['nodes'],
): Recording['head'] {
  return {
    v: 1,
    line: 'network',
    ...{ network, networkId, seed, topology, degree, link, createdAt },
    version: VERSION,
    clockErrorMs: 0,
    nodes,
  }
}

function nowNs(): string {
  return (BigInt(Date.now()) * 1_000_000n).toString()
}
