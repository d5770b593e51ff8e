import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FITTING_NODES, nodeFault } from '../../../src/lib/node-fault.ts'

it('lets those Nodes in that package.json names, and tells others what to do', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } }
  expect(FITTING_NODES).toBe(engines.node)
  for (const version of ['22.22.2', '22.30.0', '24.14.1', '24.21.0', '26.0.0'])
    expect(nodeFault(version), version).toBeNull()
  for (const version of ['18.20.4', '20.20.2', '22.22.1', '23.9.0', '24.14.0'])
    expect(nodeFault(version), version).toBe(
      `the package "hearsay" needs Node ^22.22.2 || >=24.14.1, and this is Node ${version}: install Node 24`,
    )
})
