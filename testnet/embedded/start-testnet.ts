/**
 * `startTestnet`: a network of real nodes for somebody's test, in the test's process or as processes of their own.
 * Nothing outlives it: the folder is a temporary one that goes with the network or with the process, node processes end
 * when this one does, and ports are the system's choice.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestnetPlan } from '../control.ts'
import { NODES_MAX, SLOT_MS_MIN } from '../limits.ts'
import { InsideNodes } from '../inside.ts'
import { NodeProcess } from '../node-process.ts'
import { parseLinkShape } from '../shaper/shape.ts'
import { Testnet } from '../testnet.ts'
import { TOPOLOGIES } from '../topology.ts'
import { markOf, NONCE_BYTES } from '../../src/home/proof.ts'
import { needFittingNode } from '../../src/node/fitting-node.ts'
import { toHex } from '../../src/lib/bytes.ts'
import { EmbeddedNetwork } from './embedded-network.ts'
import { forgetHome, keepHome } from './homes.ts'
import type { TestNetwork, TestnetOptions } from './test-network.ts'

/**
 * Starts a network and waits until it is ready: every link stands and every mesh.
 * @throws RangeError for options that make no network; Error when a node does not start, with its reason, or this
 * Node is too old. Nothing is left behind then.
 *
 * @example
 * await using net = await startTestnet({ nodes: 5 })
 * await net.submit()
 * await net.until({ coverage: 1 })
 */
export async function startTestnet(options: TestnetOptions = {}): Promise<TestNetwork> {
  needFittingNode()
  const plan = planOf(options)
  const nonce = toHex(randomBytes(NONCE_BYTES))
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'hearsay-testnet-')))
  keepHome(home)
  const mark = markOf(home, nonce)
  const testnet = new Testnet({
    plan: { ...plan, home },
    resumed: null,
    nonce,
    carry:
      options.processes === true
        ? (what) => new NodeProcess({ mark, ...what })
        : (what) => new InsideNodes(what.configFiles),
    supervisor: { pid: process.pid, started: '', url: '', cookieFile: '' },
    onProgress: () => undefined,
    onManifest: () => undefined,
  })
  const network = new EmbeddedNetwork({
    testnet,
    params: testnet.network,
    seed: plan.seed,
    home,
    onStopped: () => forgetHome(home),
  })
  try {
    const ready = await testnet.start()
    if (ready.ok) return network
    throw new Error(ready.refusal.message)
  } catch (error) {
    await network.stop()
    throw error
  }
}

function planOf(options: TestnetOptions): Omit<TestnetPlan, 'home'> {
  const { nodes = 5, topology = 'random', degree = 4, link = '0', slotMs = 1_000 } = options
  const { validators = Math.min(4, nodes), seed = randomBytes(4).readUInt32LE() } = options
  const inRange = (name: string, value: number, min: number, max: number): void => {
    if (!Number.isInteger(value) || value < min || value > max)
      throw new RangeError(`${name} must be a whole number from ${min} to ${max}, not ${value}`)
  }
  inRange('nodes', nodes, 1, NODES_MAX)
  inRange('degree', degree, 2, NODES_MAX)
  inRange('slotMs', slotMs, SLOT_MS_MIN, 3_600_000)
  inRange('validators', validators, 0, nodes)
  inRange('seed', seed, 0, 0xffff_ffff)
  if (!TOPOLOGIES.includes(topology)) throw new RangeError(`topology must be one of ${TOPOLOGIES.join(', ')}`)
  const shape = parseLinkShape(link)
  if (!shape.ok) throw new RangeError(shape.message)
  return {
    count: nodes,
    topology,
    degree,
    link: shape.shape,
    direct: false,
    slotMs,
    validators,
    seed,
    perProcess: 1,
    detach: false,
  }
}
