/**
 * The table of commands. Help of the groups, completion and dispatch are made from it; a command's own file is loaded
 * only when that command is asked for, so that `hearsay status` starts without the rest. A new command is a file under
 * commands/ and an entry here.
 */
import type { CommandSpec } from './command.ts'

export interface TableEntry {
  /** Words of the command: `['tx', 'send']`. */
  readonly path: readonly string[]
  /** One line for the help of its group and of itself. */
  readonly summary: string
  readonly load: () => Promise<{ readonly command: CommandSpec }>
}

function entry(path: string, summary: string, load: TableEntry['load']): TableEntry {
  return { path: path.split(' '), summary, load }
}

export const TABLE: readonly TableEntry[] = [
  entry('demo', 'see it: ten nodes, forged transactions, a killed node', () => import('./commands/demo.ts')),
  entry('testnet up', 'start a network', () => import('./commands/testnet-up.ts')),
  entry('testnet status', 'show its nodes', () => import('./commands/testnet-status.ts')),
  entry('testnet down', 'stop it', () => import('./commands/testnet-down.ts')),
  entry('testnet list', 'list the networks of all homes', () => import('./commands/testnet-list.ts')),
  entry('testnet snapshot save', 'copy the network', () => import('./commands/snapshot-save.ts')),
  entry('testnet snapshot load', 'go back to a copy', () => import('./commands/snapshot-load.ts')),
  entry('testnet snapshot list', 'list the copies', () => import('./commands/snapshot-list.ts')),
  entry('testnet snapshot remove', 'remove a copy', () => import('./commands/snapshot-remove.ts')),
  entry('page', 'print the address of the page, or open it', () => import('./commands/page.ts')),
  entry('testnet logs', 'show what nodes wrote, by time', () => import('./commands/testnet-logs.ts')),
  entry('testnet kill', 'kill nodes as a power cut would (SIGKILL)', () => import('./commands/testnet-kill.ts')),
  entry('testnet pause', 'stop nodes from running for a while (SIGSTOP)', () => import('./commands/testnet-pause.ts')),
  entry('testnet resume', 'let paused nodes run again', () => import('./commands/testnet-resume.ts')),
  entry('testnet restart', 'start nodes again with their data', () => import('./commands/testnet-restart.ts')),
  entry('testnet add', 'add nodes', () => import('./commands/testnet-add.ts')),
  entry('testnet partition', 'cut all links between groups of nodes', () => import('./commands/testnet-partition.ts')),
  entry('testnet heal', 'mend all cut links', () => import('./commands/testnet-heal.ts')),
  entry('testnet fund', 'give money to an account', () => import('./commands/testnet-fund.ts')),
  entry('testnet mine', 'make a block now, and none unasked from then on', () => import('./commands/testnet-mine.ts')),
  entry('testnet report', 'write what happened as one HTML file', () => import('./commands/testnet-report.ts')),
  entry('run', 'run a scenario, and say whether it holds', () => import('./commands/run.ts')),
  entry('chaos', 'look for a scenario that breaks the network, and make it small', () => import('./commands/chaos.ts')),
  entry('scenario check', 'say what is wrong with a scenario, and where', () => import('./commands/scenario-check.ts')),
  entry('scenario list', 'list the scenarios that come along', () => import('./commands/scenario-list.ts')),
  entry('scenario show', 'print one of them', () => import('./commands/scenario-show.ts')),
  entry('scenario schema', 'print the JSON Schema of scenario files', () => import('./commands/scenario-schema.ts')),
  entry('testnet run', 'run a scenario on the network that is up', () => import('./commands/testnet-run.ts')),
  entry('tx send', 'sign a transaction and send it; --watch shows it spread', () => import('./commands/tx-send.ts')),
  entry('tx sign', 'sign a transaction without sending it', () => import('./commands/tx-sign.ts')),
  entry('tx submit', 'send a signed transaction', () => import('./commands/tx-submit.ts')),
  entry('tx trace', 'show how a transaction went through the network', () => import('./commands/tx-trace.ts')),
  entry('tx show', 'show a transaction', () => import('./commands/tx-show.ts')),
  entry('tx list', 'list the transactions of an account', () => import('./commands/tx-list.ts')),
  entry('block show', 'show a block', () => import('./commands/block-show.ts')),
  entry('block list', 'list the blocks of the best chain', () => import('./commands/block-list.ts')),
  entry('block evidence', 'show who signed two blocks for one slot', () => import('./commands/block-evidence.ts')),
  entry('keys new', 'make a key', () => import('./commands/keys-new.ts')),
  entry('keys list', 'list your keys', () => import('./commands/keys-list.ts')),
  entry('keys show', "show a key's address", () => import('./commands/keys-show.ts')),
  entry('keys export', 'write out the secret of a key', () => import('./commands/keys-export.ts')),
  entry('keys import', 'take in a secret as a key', () => import('./commands/keys-import.ts')),
  entry('keys rename', 'give a key another name', () => import('./commands/keys-rename.ts')),
  entry('keys delete', 'delete a key for good', () => import('./commands/keys-delete.ts')),
  entry('account show', 'show balance and nonces of an account', () => import('./commands/account-show.ts')),
  entry('node run', 'run a node in the foreground', () => import('./commands/node-run.ts')),
  entry('deploy', 'write what systemd, containers or Kubernetes need', () => import('./commands/deploy.ts')),
  entry('load', 'send transactions at a fixed rate, and measure', () => import('./commands/load.ts')),
  entry('status', 'show how a node is', () => import('./commands/status.ts')),
  entry('health', 'say what is wrong with a node, why, and what to do', () => import('./commands/health.ts')),
  entry('doctor', 'look at a node, its machine and its peers', () => import('./commands/doctor.ts')),
  entry('debug', 'write what helps to find a fault as one file', () => import('./commands/debug.ts')),
  entry('peers', "show a node's peers", () => import('./commands/peers.ts')),
  entry('mesh', 'show who relays what with a node', () => import('./commands/mesh.ts')),
  entry('mempool', 'show the pending transactions of a node', () => import('./commands/mempool.ts')),
  entry('network', 'show all members of the network, as a node sees them', () => import('./commands/network.ts')),
  entry('network create', 'make a network of your own', () => import('./commands/network-create.ts')),
  entry('invite', 'invite another machine to the network', () => import('./commands/invite.ts')),
  entry('join', 'join the network of an invitation', () => import('./commands/join.ts')),
  entry('network show', "show a network's document", () => import('./commands/network-show.ts')),
  entry('tags set', 'change a tag of a node, which all others see', () => import('./commands/tags-set.ts')),
  entry('tags remove', 'take a tag of a node away', () => import('./commands/tags-remove.ts')),
  entry('tags list', "show a node's own tags", () => import('./commands/tags-list.ts')),
  entry('events', 'show what happens in a node', () => import('./commands/events.ts')),
  entry('why', 'say why a node did not relay a transaction to another', () => import('./commands/why.ts')),
  entry('top', 'watch all nodes of the testnet, and steer them by keys', () => import('./commands/top.ts')),
  entry('replay', 'show a recording as every view', () => import('./commands/replay.ts')),
  entry('sim spread', 'how a rumour spreads, beside the formulae', () => import('./commands/sim-spread.ts')),
  entry('sim anti-entropy', 'rounds and bytes until all have one set', () => import('./commands/sim-anti-entropy.ts')),
  entry('sim membership', 'how soon a death is seen, and by whom', () => import('./commands/sim-membership.ts')),
  entry('sim sweep', 'what a shorter interval costs and buys', () => import('./commands/sim-sweep.ts')),
  entry('sim example', 'a small demonstration, line by line', () => import('./commands/sim-example.ts')),
  entry('vectors', 'write golden vectors of the protocol', () => import('./commands/vectors.ts')),
  entry('conform', 'try whether a peer keeps the protocol', () => import('./commands/conform.ts')),
  entry('env', 'print where the node is, for a shell', () => import('./commands/env.ts')),
  entry('completion', 'print a completion script for your shell', () => import('./commands/completion.ts')),
]
