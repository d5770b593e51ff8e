/** What one machine is, for whoever makes it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeNetwork } from '../../../test/toolkit/command/dev-folder.ts'
import type { ShellNode } from '../../../test/toolkit/command/shell-node.ts'

/** What a machine needs beside the shell. */
export interface Beside {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What is wrong, looked at while the node runs; null where nothing is. */
  readonly look?: (node: ShellNode) => Promise<string | null>
  readonly close: () => Promise<void> | void
}

export interface Host {
  readonly name: string
  /** Before the command; `DATA` stands for its data directory. */
  readonly shell?: string
  readonly args?: readonly string[]
  /** The one sentence; left out: it starts. */
  readonly refusal?: RegExp
  readonly look?: (node: ShellNode) => Promise<string | null>
  readonly beside?: (folder: string) => Promise<Beside>
}

/** A folder with the network's file, and an empty one for the data. */
export function folderOf(root: string, name: string): string {
  const folder = join(root, name)
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeNetwork(folder, 'dev-host')
  return folder
}
