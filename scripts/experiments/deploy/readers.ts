/** The files, read by the programs that they are written for. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checked, PROGRAM, ran, type Check } from './check.ts'

/** Below this systemd calls a service well protected. */
const EXPOSURE_MAX = 2

export function systemdChecks(folder: string): Check[] {
  const unit = join(folder, 'hearsay@.service')
  // The program need not be installed on this machine.
  writeFileSync(unit, readFileSync(unit, 'utf8').replace('/usr/local/bin/hearsay', PROGRAM))
  const exposure = ran('systemd-analyze', ['security', '--offline=true', '--no-pager', unit])
  const worth = (text: string): number => Number(/exposure level for .*: ([\d.]+)/.exec(text)?.[1] ?? '10')
  return [
    checked('systemd-analyze verify', ran('systemd-analyze', ['verify', unit]), (text) => text.trim() === ''),
    checked(`systemd-analyze security, at most ${EXPOSURE_MAX}`, exposure, (text) => worth(text) <= EXPOSURE_MAX),
  ]
}

export function composeChecks(folder: string): Check[] {
  const file = join(folder, 'compose.yml')
  const plugin = ran('docker', ['compose', 'version'])
  const read =
    plugin.code === 0 ? ran('docker', ['compose', '-f', file, 'config']) : ran('docker-compose', ['-f', file, 'config'])
  return [
    checked('compose reads its file', read, (text) =>
      ['node-0:', 'node-1:', 'node-2:'].every((it) => text.includes(it)),
    ),
    checked('promtool reads the rules', ran('promtool', ['check', 'rules', join(folder, 'prometheus', 'alerts.yml')])),
    {
      what: 'the image, built and run',
      outcome: 'not-run',
      seen: 'no engine of containers here that may fetch its base',
    },
  ]
}

export function kubernetesChecks(folder: string, python: string): Check[] {
  const files = ['hearsay.yml', 'seeds.yml'].map((name) => join(folder, name))
  if (ran(python, ['-c', 'import kubernetes_validate']).code !== 0)
    return [
      {
        what: 'kubernetes-validate',
        outcome: 'not-run',
        seen: `${python} has no kubernetes_validate: pip install it, and --python`,
      },
    ]
  return ['1.37.0', '1.29.0'].map((version) =>
    checked(
      `kubernetes-validate --strict, Kubernetes ${version}`,
      ran(python, ['-m', 'kubernetes_validate', '--strict', '-k', version, ...files]),
      (text) => text.split('passed for resource').length === 8,
    ),
  )
}
