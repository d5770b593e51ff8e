/**
 * Whether what a program hands to `openNode` is a configuration, in words that name the key. The command checks flags
 * and files by itself and names those; this is for whoever embeds a node, in JavaScript perhaps, where no compiler has
 * looked.
 */
import { isDevNetwork } from '../domain/params.ts'
import type { NodeConfig } from './config.ts'

type Check = (value: unknown) => string | null

/** Largest number of connections that a node may be told to take: each is two files and its buffers. */
const CONNECTIONS_MAX = 10_000
const SECRET_BYTES = 32

const isText = (value: unknown): value is string => typeof value === 'string'
const orLeftOut =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value)
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    isText(value) && words.includes(value) ? null : `must be one of ${words.join(', ')}`
const texts =
  (example: string): Check =>
  (value) =>
    Array.isArray(value) && value.every(isText) ? null : `must be a list of texts such as ${example}; [] for none`
const yesOrNo: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false')

const CHECKS: Readonly<Record<keyof NodeConfig, Check>> = {
  name: (value) =>
    isText(value) && /^[\x20-\x7e]{1,64}$/.test(value) ? null : 'must be 1 to 64 printable ASCII characters',
  network: (value) => {
    const { name, genesisTimeMs, slotMs, validators, accounts } = fieldsOf(value) ?? {}
    return isText(name) &&
      [genesisTimeMs, slotMs].every(Number.isFinite) &&
      Array.isArray(validators) &&
      Array.isArray(accounts)
      ? null
      : 'must be the parameters that `parseNetwork` gives: `must(parseNetwork(document)).params`'
  },
  profile: oneOf('node', 'dev', 'bench'),
  dataDir: (value) =>
    value === null || (isText(value) && value !== '') ? null : 'must be a folder, or null to keep all in memory',
  listen: texts('"/ip4/127.0.0.1/tcp/4601"'),
  announce: orLeftOut(texts('"/ip4/192.0.2.7/tcp/4601"')),
  bootstrap: texts('"/ip4/192.0.2.1/tcp/4601/p2p/12D3Koo…"'),
  bootstrapIsShared: orLeftOut(yesOrNo),
  discovery: orLeftOut(yesOrNo),
  observe: orLeftOut(yesOrNo),
  api: (value) =>
    value === null || (isText(value) && /^.+:\d{1,5}$/.test(value))
      ? null
      : 'must be an address such as "127.0.0.1:4600", or null for none',
  apiHosts: texts('"node.example"'),
  validator: (value) => {
    if (value === null) return null
    const { key, secret } = fieldsOf(value) ?? {}
    return isText(key) &&
      /^[0-9a-f]{64}$/.test(key) &&
      secret instanceof Uint8Array &&
      secret.byteLength === SECRET_BYTES
      ? null
      : 'must be null, or {key, secret}: the public key in 64 hex digits and the secret as 32 bytes'
  },
  blocksOnDemand: orLeftOut(yesOrNo),
  logFile: orLeftOut((value) => (isText(value) && value !== '' ? null : 'must be a file')),
  logLevel: oneOf('debug', 'info', 'warn', 'error', 'silent'),
  connectionsMax: (value) =>
    Number.isInteger(value) && (value as number) >= 1 && (value as number) <= CONNECTIONS_MAX
      ? null
      : `must be a whole number from 1 to ${CONNECTIONS_MAX}`,
}

/** What is wrong with a configuration, one sentence that names the key; null where nothing is. */
export function wrongInConfig(config: unknown): string | null {
  const fields = fieldsOf(config)
  if (fields === null) return 'the configuration must be an object'
  const unknown = Object.keys(fields).find((key) => !Object.hasOwn(CHECKS, key))
  if (unknown !== undefined)
    return `the configuration has an unknown key "${unknown.slice(0, 64)}": its keys are ${Object.keys(CHECKS).join(', ')}`
  for (const [key, check] of Object.entries(CHECKS)) {
    const wrong = check(fields[key])
    if (wrong !== null) return `${key}: ${fields[key] === undefined ? 'is missing; it ' : ''}${wrong}`
  }
  const { name } = fieldsOf(fields.network) as { name: string }
  if (fields.blocksOnDemand === true && !isDevNetwork(name))
    return `blocksOnDemand: is for networks whose name begins with dev-, and this one is ${name}`
  return null
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
