import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FITTING_NODES, nodeFault } from '../../../src/node/fitting-node.ts'

it('takes the Nodes that package.json names, and tells others what to do', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } }
  expect(FITTING_NODES).toBe(engines.node)
  for (const version of ['22.22.2', '22.30.0', '24.14.1', '24.21.0', '26.0.0', process.versions.node])
    expect(nodeFault(version), version).toBeNull()
  for (const version of ['18.20.4', '20.20.2', '22.22.1', '23.9.0', '24.14.0'])
    expect(nodeFault(version)?.message, version).toBe(
      `the package "hearsay" needs Node ^22.22.2 || >=24.14.1 here, and this is Node ${version}`,
    )
})
