import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readNodesFile } from '../../src/cli/vantage/nodes-file.ts'
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

it('deploy takes the file of nodes that other commands look with, and writes one for what is on this machine', async () => {
  const nodes = [
    { name: 'ann', host: '192.0.2.7' },
    { name: 'ben', api: 'http://192.0.2.8:4600' },
  ]
  writeFileSync(join(cwd, 'two.json'), JSON.stringify({ nodes }))
  const units = await runCli('deploy systemd network.json --nodes two.json --out units'.split(' '), { cwd })
  expect(units.code, units.stderr).toBe(0)
  expect(readFileSync(join(cwd, 'units', 'ann.json'), 'utf8')).toContain('/ip4/192.0.2.8/tcp/4601')
  // Each API listens on its own machine alone: from here there is no one address for both.
  expect(existsSync(join(cwd, 'units', 'nodes.json'))).toBe(false)
  const compose = await runCli('deploy compose network.json --nodes two.json --out one'.split(' '), { cwd })
  expect(compose.code, compose.stderr).toBe(0)
  expect(readNodesFile(cwd, 'one/nodes.json', '--nodes').nodes).toMatchObject([
    { name: 'ann', apiUrl: 'http://127.0.0.1:4600' },
    { name: 'ben', apiUrl: 'http://127.0.0.1:4602' },
  ])
})

it.each([
  ['deploy systemd network.json --nodes two.json --node x --out x', 'both name nodes', 'give one of them'],
  ['deploy systemd network.json --nodes none.json --out x', 'none.json', 'a file that lists nodes'],
  ['deploy systemd network.json --node nodes --out x', "can't be called nodes", 'another name'],
  ['deploy nomad network.json --out x', 'nothing that can be deployed to', 'systemd, compose, kubernetes'],
  ['deploy compose network.json', '--out: is missing', 'hearsay deploy --help'],
  ['deploy systemd network.json --node ann --node ann --out x', 'ann is given twice', 'a name of its own'],
  ['deploy systemd network.json --node Ann --out x', 'is no NAME or NAME=HOST', ''],
  ['deploy compose missing.json --out x', 'missing.json', ''],
])('%s is refused in words, and makes nothing', async (line, message, hint) => {
  const refused = await runCli(line.split(' '), { cwd })
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
  expect(refused.stderr).toContain(hint)
  expect(existsSync(join(cwd, 'x'))).toBe(false)
})
