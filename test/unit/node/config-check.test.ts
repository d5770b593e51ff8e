import { describe, expect, it } from 'vitest'
import { openNode } from '../../../src/index.ts'
import { wrongInConfig } from '../../../src/node/config-check.ts'
import { devNetwork } from '../../../testnet/dev-network.ts'

const network = devNetwork({ genesisTimeMs: 1_795_000_000_000, slotMs: 2_000, validators: 1, seed: 7 })
const good = {
  name: 'embedded',
  network,
  profile: 'dev',
  dataDir: null,
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: [],
  api: null,
  apiHosts: [],
  validator: null,
  logLevel: 'warn',
  connectionsMax: 8,
}

describe('a configuration from a program', () => {
  it('is right as the library describes it, with and without what may be left out', () => {
    expect(wrongInConfig(good)).toBe(null)
    const validator = { key: 'ab'.repeat(32), secret: new Uint8Array(32) }
    const full = {
      ...good,
      validator,
      api: '127.0.0.1:0',
      dataDir: 'data',
      discovery: true,
      observe: false,
      announce: ['/ip4/192.0.2.7/tcp/4601'],
      logFile: 'log',
      bootstrapIsShared: false,
      blocksOnDemand: true,
    }
    expect(wrongInConfig(full)).toBe(null)
    expect(wrongInConfig({ ...good, api: '[::1]:4600' })).toBe(null)
  })

  it.each([
    [{ name: '' }, 'name: must be 1 to 64'],
    [{ name: 'ä' }, 'name: must be 1 to 64'],
    [{ network: { name: 'dev-x' } }, 'network: must be the parameters that `parseNetwork` gives'],
    [{ profile: 'test' }, 'profile: must be one of node, dev, bench'],
    [{ dataDir: '' }, 'dataDir: must be a folder'],
    [{ dataDir: undefined }, 'dataDir: is missing; it must be a folder'],
    [{ listen: '/ip4/127.0.0.1/tcp/0' }, 'listen: must be a list of texts'],
    [{ bootstrap: [1] }, 'bootstrap: must be a list of texts'],
    [{ discovery: 'yes' }, 'discovery: must be true or false'],
    [{ api: '4600' }, 'api: must be an address'],
    [{ validator: { key: 'ab', secret: 'secret' } }, 'validator: must be null, or {key, secret}'],
    [{ logLevel: 'trace' }, 'logLevel: must be one of debug, info, warn, error, silent'],
    [{ connectionsMax: 0 }, 'connectionsMax: must be a whole number from 1'],
    [{ loglevel: 'info' }, 'unknown key "loglevel": its keys are name, network'],
  ])('with %j says what is wrong', (change, message) => {
    expect(wrongInConfig({ ...good, ...change })).toContain(message)
  })

  it('has blocks on demand on development networks only', () => {
    expect(wrongInConfig({ ...good, blocksOnDemand: true })).toBe(null)
    expect(wrongInConfig({ ...good, blocksOnDemand: true, network: { ...network, name: 'main' } })).toBe(
      'blocksOnDemand: is for networks whose name begins with dev-, and this one is main',
    )
  })

  it('that is none makes no node, and is told as a value', async () => {
    for (const wrong of [undefined, null, 'node', [good], { ...good, logLevel: 'loud' }])
      expect(await openNode(wrong as never)).toMatchObject({ ok: false, hint: expect.stringContaining('NodeConfig') })
  })
})
