/**
 * A file that lists nodes on any machines, for `--nodes`, HEARSAY_NODES and `deploy`: names, addresses of their APIs
 * and files with their tokens. A token itself is never in it, so that the file may lie beside the network's document.
 */
import { closeSync, openSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { readAtMost } from '../../home/trusted-file.ts'
import { isLoopbackUrl } from '../../home/loopback.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { plain } from '../../lib/printable.ts'
import { Failure, systemCode, usageFailure } from '../failure.ts'
import { readApiUrl } from '../parse.ts'

/** Nodes of a file: each is asked every second by `top`, over connections of its own. */
export const LISTED_NODES_MAX = 256
/** A node takes some 150 bytes. */
const FILE_BYTES_MAX = 256 * 1024
/** As a shell, a table and a unit can show it. */
const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/
const HOST = /^[A-Za-z0-9.:-]{1,253}$/
const FIELDS = ['name', 'api', 'host', 'tokenFile']
/** Where a node's API is unless its entry says otherwise, as `deploy` lays it out. */
const API_PORT = 4_600
const EXAMPLE = '{"nodes": [{"name": "ann", "api": "http://192.0.2.7:4600"}]}'

export interface ListedNode {
  readonly name: string
  /** `http://host:port` */
  readonly apiUrl: string
  /** Its machine; null where its API is on this one and no other was named. */
  readonly host: string | null
  /** File with the token that writes need; null where none is named. */
  readonly tokenFile: string | null
}

export interface NodesFile {
  /** As the user named it. */
  readonly source: string
  /** At least one; names and addresses differ. */
  readonly nodes: readonly ListedNode[]
}

/**
 * The nodes in the file at `path`. Throws a Failure (exit code 2) with line and column of what is no JSON, or with the
 * entry that is wrong.
 * @param flag what the error calls it
 */
export function readNodesFile(cwd: string, path: string, flag: string): NodesFile {
  const file = resolve(cwd, path)
  const text = readText(file, `${flag}: ${path}`)
  const fail = (where: string, why: string, hint: string): never => {
    throw new Failure('usage', 'bad-nodes-file', `${path}${where}: ${plain(why)}`, hint)
  }
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    const { line, column } = placeOf(text, error)
    return fail(`:${line}:${column}`, text.trim() === '' ? 'the file is empty' : 'is not JSON', `such as ${EXAMPLE}`)
  }
  const entries = objectOf(document)?.nodes
  if (!Array.isArray(entries)) return fail('', 'has no list "nodes"', `such as ${EXAMPLE}`)
  if (entries.length === 0) return fail('', 'lists no node', `such as ${EXAMPLE}`)
  if (entries.length > LISTED_NODES_MAX) return fail('', `lists more than ${LISTED_NODES_MAX} nodes`, 'list fewer')
  const nodes: ListedNode[] = []
  for (const [index, entry] of (entries as readonly unknown[]).entries()) {
    const node = nodeOf(entry, dirname(file))
    const name: unknown = objectOf(entry)?.name
    const where = `: ${typeof name === 'string' && NAME.test(name) ? name : `node ${index + 1} of the list`}`
    if ('why' in node) return fail(where, node.why, node.hint)
    if (nodes.some((other) => other.name === node.name)) return fail(where, 'is listed twice', 'give each its own name')
    const twin = nodes.find((other) => other.apiUrl === node.apiUrl)
    if (twin !== undefined)
      return fail(where, `has the address of ${twin.name}, ${node.apiUrl}`, 'each node has an API of its own')
    nodes.push(node)
  }
  return { source: relative(cwd, file).startsWith('..') ? file : relative(cwd, file), nodes }
}

/** The node of the file with this name; `3` stands for `node-3`. */
export function listedNode({ source, nodes }: NodesFile, name: string): ListedNode {
  const node = nodes.find((each) => each.name === name) ?? nodes.find((each) => each.name === `node-${name}`)
  if (node !== undefined) return node
  const names = nodes.map((each) => each.name)
  throw new Failure(
    'not-found',
    'unknown-node',
    `${source} lists no ${name}`,
    didYouMean(name, names) || `it lists ${names.join(', ')}`,
  )
}

interface Wrong {
  readonly why: string
  readonly hint: string
}

function nodeOf(entry: unknown, folder: string): ListedNode | Wrong {
  const fields = objectOf(entry)
  if (fields === null) return { why: 'is not an object', hint: `such as ${EXAMPLE}` }
  const { name, api, host = null, tokenFile = null } = fields
  if ('token' in fields)
    return { why: 'holds a token, which belongs in no such file', hint: 'name the file that has it: "tokenFile"' }
  const strange = Object.keys(fields).find((key) => !FIELDS.includes(key))
  if (strange !== undefined)
    return {
      why: `there is no "${strange.slice(0, 40)}" here`,
      hint: didYouMean(strange, FIELDS) || `it may have ${FIELDS.join(', ')}`,
    }
  if (typeof name !== 'string' || !NAME.test(name))
    return { why: '"name" is not a name', hint: 'up to 64 of A-Z, a-z, 0-9, dot, - and _' }
  if (host !== null && (typeof host !== 'string' || !HOST.test(host)))
    return { why: '"host" is not an address or a name', hint: 'such as "192.0.2.7" or "ann.example"' }
  if (api === undefined && host === null)
    return { why: 'has no "api"', hint: 'the address of its API, such as "http://192.0.2.7:4600"' }
  if (api !== undefined && typeof api !== 'string') return { why: '"api" is not a text', hint: `such as ${EXAMPLE}` }
  if (tokenFile !== null && (typeof tokenFile !== 'string' || tokenFile === ''))
    return { why: '"tokenFile" is not the name of a file', hint: 'it is taken from the folder of this file' }
  const named = host !== null && host.includes(':') ? `[${host}]` : host
  const reading = readApiUrl(api ?? `http://${named}:${API_PORT}`)
  if (!reading.ok) return { why: `"api" ${reading.message}`, hint: 'such as "http://192.0.2.7:4600"' }
  const apiUrl = reading.value
  return {
    name,
    apiUrl,
    host: host ?? (isLoopbackUrl(apiUrl) ? null : new URL(apiUrl).hostname.replace(/^\[|\]$/g, '')),
    tokenFile: tokenFile === null ? null : resolve(folder, tokenFile),
  }
}

function readText(file: string, name: string): string {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const bytes = readAtMost(descriptor, FILE_BYTES_MAX)
      if (bytes === null) throw usageFailure(`${name} has more than ${FILE_BYTES_MAX} bytes`, 'list fewer nodes')
      return bytes.toString('utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    const code = systemCode(error)
    if (error instanceof Failure || code === undefined) throw error
    throw usageFailure(
      `${name} can't be read (${code})`,
      code === 'ENOENT' ? `a file that lists nodes, such as ${EXAMPLE}` : '',
    )
  }
}

/** Where the parser stopped, from 1: it says the position of all but a text that ends too early. */
function placeOf(text: string, error: unknown): { readonly line: number; readonly column: number } {
  const told = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  const lines = text.slice(0, told === undefined ? text.trimEnd().length : Number(told)).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null
}
