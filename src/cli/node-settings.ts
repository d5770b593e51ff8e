/**
 * The settings of `node run`: flags over the configuration file over defaults, parsed once. The file is JSON with the
 * names of the flags in camel case; an unknown key is an error that says which one was probably meant.
 */
import { assertNever } from '../lib/assert.ts'
import type { NodeConfig, Profile } from '../node/config.ts'
import { usageFailure } from './failure.ts'
import type { Reading } from './parse.ts'
import { readListenAddress } from './parse.ts'
import { didYouMean } from '../lib/suggest.ts'

/** A profile or level that is added in the node is missing here until it is named. */
const IS_PROFILE: Readonly<Record<Profile, true>> = { node: true, dev: true, bench: true }
export const PROFILES = Object.keys(IS_PROFILE) as Profile[]
const IS_LOG_LEVEL: Readonly<Record<NodeConfig['logLevel'], true>> = {
  debug: true,
  info: true,
  warn: true,
  error: true,
  silent: true,
}
export const LOG_LEVELS = Object.keys(IS_LOG_LEVEL) as NodeConfig['logLevel'][]
/** Connections a node keeps unless told otherwise: gossipsub needs a dozen, discovery and newcomers the rest. */
const CONNECTIONS_DEFAULT = 64
const CONNECTIONS_MAX = 10_000

/** What a deployment may choose, before names are looked up and files are read. */
export interface NodeSettings {
  readonly name: string
  /** Path of the network's JSON file. */
  readonly network: string | null
  readonly profile: Profile
  readonly dataDir: string | null
  readonly listen: readonly string[]
  /** Instead of those that it listens on; empty: those. */
  readonly announce: readonly string[]
  readonly bootstrap: readonly string[]
  /** Whether it looks for peers in records; null: as the profile has it. */
  readonly discovery: boolean | null
  /** Whether it says what it saw of transactions, and asks others; null: on `dev-*` networks only. */
  readonly observe: boolean | null
  readonly api: string | null
  readonly apiHosts: readonly string[]
  /** Name of a key in the keystore. */
  readonly validator: string | null
  readonly logLevel: NodeConfig['logLevel']
  /** Null: stderr. */
  readonly logFile: string | null
  readonly connectionsMax: number
}

/** Settings that were given; `undefined` and a missing key both mean: not given. */
export type GivenSettings = { readonly [K in keyof NodeSettings]?: NodeSettings[K] | undefined }

type Kind = 'text' | 'texts' | 'switch' | 'count' | 'profile' | 'level' | 'address' | 'name'

const FIELDS: Readonly<Record<keyof NodeSettings, Kind>> = {
  name: 'name',
  network: 'text',
  profile: 'profile',
  dataDir: 'text',
  listen: 'texts',
  announce: 'texts',
  bootstrap: 'texts',
  discovery: 'switch',
  observe: 'switch',
  api: 'address',
  apiHosts: 'texts',
  validator: 'text',
  logLevel: 'level',
  logFile: 'text',
  connectionsMax: 'count',
}

/** Reads a configuration file's text. `path` is what errors call it. */
export function parseSettings(text: string, path: string): GivenSettings {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw usageFailure(`--config: ${path} is not JSON: ${error instanceof Error ? error.message : 'unknown reason'}`)
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw usageFailure(`--config: ${path} is not a JSON object`)
  const given: Record<string, unknown> = {}
  const names = Object.keys(FIELDS)
  for (const [key, field] of Object.entries(document)) {
    if (!Object.hasOwn(FIELDS, key))
      throw usageFailure(
        `--config: ${path}: unknown setting "${key}"`,
        didYouMean(key, names) || `settings are ${names.join(', ')}`,
      )
    const problem = problemOf(FIELDS[key as keyof NodeSettings], field)
    if (problem !== null) throw usageFailure(`--config: ${path}: "${key}" ${problem}`)
    given[key] = field
  }
  return given
}

/** Flags over file over defaults. */
export function settle(flags: GivenSettings, file: GivenSettings, defaults: NodeSettings): NodeSettings {
  const chosen = <K extends keyof NodeSettings>(key: K): NodeSettings[K] => {
    // Null is a choice: no API, no data directory.
    const given = flags[key] === undefined ? file[key] : flags[key]
    return given === undefined ? defaults[key] : given
  }
  return {
    name: chosen('name'),
    network: chosen('network'),
    profile: chosen('profile'),
    dataDir: chosen('dataDir'),
    listen: chosen('listen'),
    announce: chosen('announce'),
    bootstrap: chosen('bootstrap'),
    discovery: chosen('discovery'),
    observe: chosen('observe'),
    api: chosen('api'),
    apiHosts: chosen('apiHosts'),
    validator: chosen('validator'),
    logLevel: chosen('logLevel'),
    logFile: chosen('logFile'),
    connectionsMax: chosen('connectionsMax'),
  }
}

/** What holds where neither flag nor file says anything. */
export function defaultSettings(options: {
  readonly name: string
  readonly dataDir: string
  readonly api: string
}): NodeSettings {
  return {
    ...options,
    network: null,
    profile: 'node',
    listen: ['/ip4/0.0.0.0/tcp/4601'],
    announce: [],
    bootstrap: [],
    discovery: null,
    observe: null,
    apiHosts: [],
    validator: null,
    logLevel: 'info',
    logFile: null,
    connectionsMax: CONNECTIONS_DEFAULT,
  }
}

/** 1 to 64 printable ASCII characters without a space: how a node calls itself. */
export function readNodeName(text: string): Reading<string> {
  if (/^[\x21-\x7e]{1,64}$/.test(text)) return { ok: true, value: text }
  return { ok: false, message: `"${text.slice(0, 64)}" is not 1 to 64 printable ASCII characters without a space` }
}

/** What is wrong with a value of the file, or null. */
function problemOf(kind: Kind, field: unknown): string | null {
  switch (kind) {
    case 'text':
      return typeof field === 'string' && field !== '' ? null : 'must be a text'
    case 'texts':
      return Array.isArray(field) && field.every((item) => typeof item === 'string' && item !== '')
        ? null
        : 'must be a list of texts'
    case 'switch':
      return field === null || typeof field === 'boolean' ? null : 'must be true, false, or null for the default'
    case 'count':
      return Number.isInteger(field) && (field as number) >= 1 && (field as number) <= CONNECTIONS_MAX
        ? null
        : `must be a whole number from 1 to ${CONNECTIONS_MAX}`
    case 'profile':
      return PROFILES.some((profile) => profile === field) ? null : `must be one of ${PROFILES.join(', ')}`
    case 'level':
      return LOG_LEVELS.some((level) => level === field) ? null : `must be one of ${LOG_LEVELS.join(', ')}`
    case 'address':
      return field === null || (typeof field === 'string' && readListenAddress(field).ok)
        ? null
        : 'must be host:port, or null for no API'
    case 'name':
      return typeof field === 'string' && readNodeName(field).ok
        ? null
        : 'must be 1 to 64 printable ASCII characters without a space'
    default:
      return assertNever(kind)
  }
}
