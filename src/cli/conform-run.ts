/** A run of the conformance kit from the command line: what it tries, what it shows, what it comes to. */
import type { Check } from '../conform/check.ts'
import type { Role } from '../conform/outcome.ts'
import type { Result } from '../conform/run.ts'
import type { NetAddress } from '../domain/ids.ts'
import type { NetworkParams } from '../domain/params.ts'
import type { KeyPair } from '../wallet/keys.ts'
import type { Context } from './context.ts'
import type { Outcome } from './exit.ts'
import { Failure } from './failure.ts'
import { writeNamed } from './output.ts'

export interface Run {
  readonly address: NetAddress
  readonly isOwn: boolean
  readonly network: NetworkParams
  readonly validators: readonly KeyPair[]
  readonly checks: readonly Check[]
  readonly role: Role
  readonly seed: number
  readonly junit: string | null
}

/** Runs the checks, shows what each came to, and writes what was asked for. */
export async function tryPeer({ shared, terminal, stop }: Context, run: Run): Promise<Outcome> {
  const [{ runChecks, reach }, { Setting }, report, { createPrng }, limits] = await Promise.all([
    import('../conform/run.ts'),
    import('../conform/setting.ts'),
    import('../conform/report.ts'),
    import('../lib/prng.ts'),
    import('../conform/limits.ts'),
  ])
  const stage = {
    setting: new Setting(run.network, run.validators),
    address: run.address,
    role: run.role,
    random: createPrng(run.seed),
    now: () => Date.now(),
    // Our own node on a development network takes them as they come.
    paceMs: run.isOwn ? 0 : limits.PACE_MS,
  }
  const unreached = await reach(stage)
  if (unreached !== null)
    throw new Failure(
      'unreachable',
      'unreachable',
      `${run.address}: ${unreached}`,
      'start the peer, and give the address on which it listens',
    )
  if (!shared.json) terminal.note(`${run.address}, network ${run.network.name}, role ${run.role}, seed ${run.seed}`)
  const ids = Math.max(...run.checks.map(({ id }) => id.length))
  const sections = Math.max(...run.checks.map(({ section }) => section.length))
  const results = await runChecks({
    ...stage,
    checks: run.checks,
    stop,
    onCheck: (check, number) => {
      // Without a terminal each result is a line, and --json has nothing until the end.
      const text = `${number}/${run.checks.length} ${check.section}: ${check.sentence}`
      if (shared.json) terminal.progress(text)
      else terminal.live(text)
    },
    onResult: (result) => {
      if (shared.json) return
      const { check, verdict } = result
      const line = `${MARKS[verdict.kind]} ${check.id.padEnd(ids)}  ${check.section.padEnd(sections)}  ${check.sentence}`
      const note = report.noteOf(result)
      const text = note === null ? line : `${line}\n    ${note}`
      terminal.out(verdict.kind === 'fail' ? { style: 'red', text } : text)
    },
  })
  terminal.endLive()
  const unrun = run.checks.slice(results.length)
  const hint = report.hintOf(results)
  if (run.junit !== null) await writeNamed(run.junit, report.junitOf(results, run.address, unrun), '--junit')
  const counts = report.countsOf(results)
  if (shared.json)
    terminal.document({
      v: 1,
      peer: run.address,
      network: run.network.name,
      role: run.role,
      seed: run.seed,
      ...counts,
      /** Checks that were to be run and were not: the run was cut short. */
      unrun: unrun.length,
      hint,
      checks: results.map(documentOf),
    })
  else {
    const cut = unrun.length === 0 ? '' : `; cut short: ${unrun.length} of ${run.checks.length} checks were not run`
    terminal.out(`\n${report.countsText(counts)}${cut}`)
    if (hint !== null) terminal.out(hint)
  }
  if (stop.aborted) return 'interrupted'
  return counts.failed > 0 ? 'unmet' : 'done'
}

const MARKS: Readonly<Record<Result['verdict']['kind'], string>> = { pass: '✓', fail: '✗', 'not-applicable': '–' }

function documentOf({ check, verdict, elapsedMs }: Result): object {
  const { id, section, role, sentence } = check
  return {
    id,
    section,
    role,
    sentence,
    verdict: verdict.kind,
    ...verdict,
    kind: undefined,
    elapsedMs: Math.round(elapsedMs),
  }
}

/** This program's own node, in this process and in memory. */
export async function startSelf(network: NetworkParams) {
  const { openNode } = await import('../node/compose.ts')
  const opening = await openNode({
    name: 'self',
    network,
    profile: 'dev',
    dataDir: null,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: [],
    api: null,
    apiHosts: [],
    validator: null,
    logLevel: 'silent',
    connectionsMax: 64,
  })
  if (!opening.ok) throw new Failure('failed', 'failed', opening.message, opening.hint)
  return opening.node
}
