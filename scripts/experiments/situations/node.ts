/** The node of one situation: a folder of its own, and the built command in it. */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeNetwork } from '../../../test/toolkit/command/dev-folder.ts'
import { startShellNode, type ShellNode } from '../../../test/toolkit/command/shell-node.ts'

export function freshRoot(): string {
  return mkdtempSync(join(tmpdir(), 'hearsay-situations-'))
}

export function folderOf(root: string, name: string, network = 'dev-situations'): string {
  const folder = join(root, name)
  mkdirSync(folder, { recursive: true })
  writeNetwork(folder, network)
  return folder
}

/** @param shell what comes before the command, such as `ulimit -n 128;` */
export function startNode(
  folder: string,
  args: readonly string[],
  shell = '',
  flags: readonly string[] = [],
): Promise<ShellNode> {
  const env = { HEARSAY_HOME: join(folder, 'home') }
  return startShellNode(folder, ['--data-dir', 'data', ...args], { shell: `${shell} exec`, flags, env })
}
