import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeNetwork } from '../toolkit/command/dev-folder.ts'
import { freshFolder, removeFolders, runCli } from '../toolkit/command/cli.ts'

let cwd = ''
beforeAll(() => {
  cwd = freshFolder()
  writeNetwork(cwd, 'dev-cli')
})
afterAll(removeFolders)

it('deploy writes a folder for an engine, with dashboards and rules, and nothing over what is there', async () => {
  const args = ['deploy', 'kubernetes', 'network.json', '--count', '2', '--out', 'out']
  const made = await runCli([...args, '--json'], { cwd })
  expect(made.code, made.stderr).toBe(0)
  expect(JSON.parse(made.stdout)).toMatchObject({ v: 1, folder: 'out', files: expect.arrayContaining(['hearsay.yml']) })
  expect(readdirSync(join(cwd, 'out', 'grafana'))).toContain('overview.json')
  expect(existsSync(join(cwd, 'out', 'prometheus', 'alerts.yml'))).toBe(true)
  expect(readFileSync(join(cwd, 'out', 'hearsay.yml'), 'utf8')).toContain('replicas: 2')
  expect(await runCli(args, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('out is not empty') })
})

it.each([
  ['deploy nomad network.json --out x', 'nothing that can be deployed to', 'systemd, compose, kubernetes'],
  ['deploy compose network.json', '--out is missing', 'hearsay deploy compose'],
  ['deploy systemd network.json --node ann --node ann --out x', 'ann is given twice', 'a name of its own'],
  ['deploy systemd network.json --node Ann --out x', 'is no NAME or NAME=HOST', ''],
  ['deploy compose missing.json --out x', 'missing.json', ''],
])('%s is refused in words, and makes nothing', async (line, message, hint) => {
  const refused = await runCli(line.split(' '), { cwd })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
  expect(refused.stderr).toContain(hint)
  expect(existsSync(join(cwd, 'x'))).toBe(false)
})
