import { describe, expect, it } from 'vitest'
import { Failure } from '../../../src/cli/failure.ts'
import { defaultSettings, parseSettings, readNodeName, settle } from '../../../src/cli/node-settings.ts'

function failureOf(text: string): Failure {
  try {
    parseSettings(text, 'node.json')
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error(`${text} was taken`)
}

const defaults = defaultSettings({ name: 'machine', dataDir: '/d', api: '127.0.0.1:4600' })

describe('the configuration file of a node', () => {
  it('takes every setting, and null where there shall be no API', () => {
    const settings = {
      name: 'a',
      network: 'network.json',
      profile: 'dev',
      announce: ['/ip4/192.0.2.7/tcp/4601'],
      logFile: 'node.log',
      dataDir: 'data',
      listen: ['/ip4/127.0.0.1/tcp/0'],
      bootstrap: [],
      discovery: true,
      observe: false,
      api: null,
      apiHosts: ['relay.example'],
      validator: 'v',
      logLevel: 'warn',
      connectionsMax: 7,
    }
    expect(parseSettings(JSON.stringify(settings), 'node.json')).toEqual(settings)
    expect(Object.keys(settings).sort()).toEqual(Object.keys(defaults).sort())
  })

  it.each([
    ['{"listn":[]}', 'unknown setting "listn"', 'did you mean "listen"?'],
    ['{"__proto__":{"profile":"dev"}}', 'unknown setting "__proto__"', 'settings are'],
    ['{"constructor":1}', 'unknown setting "constructor"', 'settings are'],
    ['{"listen":"/ip4/127.0.0.1/tcp/0"}', '"listen" must be a list', ''],
    ['{"listen":[1]}', '"listen" must be a list', ''],
    ['{"profile":"prod"}', '"profile" must be one of node, dev, bench', ''],
    ['{"logLevel":"toString"}', '"logLevel" must be one of', ''],
    ['{"api":"4600"}', '"api" must be host:port', ''],
    ['{"connectionsMax":0}', '"connectionsMax" must be a whole number', ''],
    ['{"connectionsMax":"7"}', '"connectionsMax" must be a whole number', ''],
    ['{"discovery":"yes"}', '"discovery" must be true, false', ''],
    ['{"name":"two words"}', '"name" must be 1 to 64', ''],
    ['{"dataDir":""}', '"dataDir" must be a text', ''],
    ['[]', 'is not a JSON object', ''],
    ['null', 'is not a JSON object', ''],
    ['{', 'is not JSON', ''],
    ['', 'is not JSON', ''],
  ])('refuses %s', (text, message, hint) => {
    const failure = failureOf(text)
    expect(failure.outcome).toBe('usage')
    expect(failure.message).toContain('node.json')
    expect(failure.message).toContain(message)
    expect(failure.hint).toContain(hint)
  })
})

describe('settling', () => {
  it('takes flags over the file over the defaults', () => {
    const settings = settle(
      { name: 'flag', api: undefined },
      { name: 'file', api: '127.0.0.1:1', logLevel: 'warn' },
      defaults,
    )
    expect(settings).toMatchObject({
      name: 'flag',
      api: '127.0.0.1:1',
      logLevel: 'warn',
      profile: 'node',
      dataDir: '/d',
    })
  })

  it('keeps a null that the file says', () => {
    expect(settle({}, { api: null }, defaults).api).toBeNull()
  })
})

describe('names of nodes', () => {
  it('are printable, short and without spaces', () => {
    expect(readNodeName('node-0')).toEqual({ ok: true, value: 'node-0' })
    for (const name of ['', 'two words', 'ä', 'x'.repeat(65), 'a\nb']) expect(readNodeName(name).ok, name).toBe(false)
  })
})
