import { resolve } from 'node:path'
import type { Check } from '../../conform/check.ts'
import type { Role } from '../../conform/outcome.ts'
import type { NetworkParams } from '../../domain/params.ts'
import { dialAddressFault } from '../../domain/dial-address.ts'
import { asNetAddress } from '../../domain/ids.ts'
import { startSelf, tryPeer } from '../conform-run.ts'
import { defineCommand, flag, list, value, valueOr } from '../command.ts'
import type { Context } from '../context.ts'
import { usageFailure } from '../failure.ts'
import { readNetworkFile } from '../network-file.ts'
import { writeNamed } from '../output.ts'
import { readCount, readText, readWord } from '../parse.ts'
import { didYouMean } from '../../lib/suggest.ts'

const ROLES: readonly Role[] = ['relay', 'full']
const SEED_MAX = 2 ** 32 - 1
/** Validators of development networks whose keys are tried: more than a network for tests has. */
const VALIDATORS_TRIED = 64

export const command = defineCommand({
  details:
    'Plays nodes around a peer and says of each sentence of PROTOCOL.md that it can try whether the peer keeps it. Start the peer with an empty pool and an empty ' +
    'chain on the network that --write-network writes (or on a dev-* network of yours, given by --network), best on 127.0.0.1; it needs no bootstrap. Exit code 8 where a check failed.',
  args: [],
  options: {
    peer: value('--peer <multiaddr>', 'the peer under test: /ip4/127.0.0.1/tcp/4601, with or without /p2p/', readText),
    self: flag('--self', "start this program's own node and try that"),
    network: value('--network <file>', "the peer's network (default: the one of --write-network)", readText),
    role: valueOr('--role <role>', 'what it claims to be: relay or full', readWord(ROLES), 'full', { words: ROLES }),
    only: list('--only <id>', 'this check alone, or all whose ids begin so', readText),
    long: flag('--long', 'also the checks that wait for a minute or more'),
    list: flag('--list', 'list the checks and run none'),
    seed: value('--seed <number>', 'of all chance: the same seed plays the same nodes', readCount(0, SEED_MAX)),
    junit: value('--junit <file>', 'also write the results as JUnit XML', readText),
    writeNetwork: value('--write-network <file>', 'write the network to start a peer on, and run nothing', readText),
  },
  examples: [
    ['conform --write-network network.json', 'the network to start a peer on'],
    ['conform --peer /ip4/127.0.0.1/tcp/4601', 'tries the peer there, all of it'],
    ['conform --peer /ip4/127.0.0.1/tcp/4601 --role relay --junit out.xml', 'only what a relay must keep'],
    ['conform --self --only hello', 'the checks of hello against our own node'],
  ],
  without: ['api', 'token-file', 'home'],
  async run(context, { options }) {
    const { shared, terminal, cwd } = context
    const [{ CHECKS }, { conformNetwork }, { devValidator }, limits] = await Promise.all([
      import('../../conform/checks/table.ts'),
      import('../../conform/network.ts'),
      import('../../../testnet/dev-network.ts'),
      import('../../conform/limits.ts'),
    ])
    const checks = chosen(CHECKS, options)
    if (options.list) {
      listChecks(context, checks)
      return 'done'
    }
    const ownNetwork = (): NetworkParams =>
      conformNetwork(Array.from({ length: limits.VALIDATORS }, (_, index) => devValidator(index)))
    if (options.writeNetwork !== undefined) {
      const { networkDocument } = await import('../../domain/params.ts')
      const path = resolve(cwd, options.writeNetwork)
      await writeNamed(path, `${JSON.stringify(networkDocument(ownNetwork()), null, 2)}\n`, '--write-network')
      if (shared.json) terminal.document({ v: 1, network: options.writeNetwork })
      else terminal.out(`${options.writeNetwork} written; start a peer on it, then: hearsay conform --peer ADDRESS`)
      return 'done'
    }
    if (options.self === (options.peer !== undefined))
      throw usageFailure('give either --peer or --self', 'hearsay conform --peer /ip4/127.0.0.1/tcp/4601')
    const fault = options.peer === undefined ? null : dialAddressFault(options.peer)
    if (fault !== null) throw usageFailure(`--peer: ${fault.message}`, fault.hint)
    const network =
      options.network === undefined
        ? ownNetwork()
        : (await readNetworkFile(resolve(cwd, options.network), '--network')).params
    const seed = options.seed ?? Math.floor(Math.random() * SEED_MAX)
    const node = options.self ? await startSelf(network) : null
    try {
      return await tryPeer(context, {
        address: asNetAddress(options.peer ?? node?.listen[0] ?? ''),
        isOwn: node !== null,
        network,
        validators: Array.from({ length: VALIDATORS_TRIED }, (_, index) => devValidator(index)),
        checks,
        role: options.role,
        seed,
        junit: options.junit === undefined ? null : resolve(cwd, options.junit),
      })
    } finally {
      await node?.stop()
    }
  },
})

interface Choice {
  readonly role: Role
  readonly only: readonly string[]
  readonly long: boolean
}

/** The checks of a role: those that are named; the long ones only with --long, or named whole. */
function chosen(all: readonly Check[], { role, only, long }: Choice): readonly Check[] {
  for (const name of only)
    if (!all.some(({ id }) => id.startsWith(name))) {
      const near = didYouMean(
        name,
        all.map(({ id }) => id),
      )
      throw usageFailure(
        `--only: there is no check "${name}"`,
        near === '' ? 'hearsay conform --list names them' : near,
      )
    }
  return all.filter(
    (check) =>
      (role === 'full' || check.role === 'relay') &&
      (only.length === 0 || only.some((name) => check.id.startsWith(name))) &&
      // Whoever names one whole wants it, whatever it takes.
      (long || check.isLong !== true || only.includes(check.id)),
  )
}

function listChecks({ shared, terminal }: Context, checks: readonly Check[]): void {
  if (shared.json) {
    terminal.document({ v: 1, checks: checks.map(({ run: _, ...check }) => check) })
    return
  }
  const width = Math.max(...checks.map(({ id }) => id.length))
  for (const { id, section, role, sentence, isLong } of checks)
    terminal.out(
      `${id.padEnd(width)}  ${role.padEnd(5)}  ${section}: ${sentence}${isLong === true ? ' (with --long)' : ''}`,
    )
  terminal.out(`\n${checks.length} checks`)
}
