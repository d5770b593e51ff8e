import { isLoopbackUrl } from '../../home/loopback.ts'
import { keysDirectory } from '../accounts.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value } from '../command.ts'
import { DEFAULT_SOURCE, findTarget, homeOf } from '../discovery.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  details:
    'Lines for `eval "$(hearsay env)"`: other programs and other folders then talk to the same node as commands here. The token itself is not among them, only the file that has it.',
  args: [],
  options: {
    node: value('--node <node>', 'a node of the testnet', readText),
    unset: flag('--unset', 'lines that take them away again'),
  },
  examples: [
    ['env', 'HEARSAY_API and the others, for a shell'],
    ['env --node 3 --json', 'where node-3 is, and why'],
  ],
  async run(context, { options }) {
    const { shared, terminal, env } = context
    const target = findTarget(context, options.node)
    // A guess would hide a network that is started later.
    if (target.source === DEFAULT_SOURCE && !options.unset) await openApi(context, target).identity()
    const variables: Readonly<Record<string, string | null>> = {
      HEARSAY_HOME: homeOf(context),
      HEARSAY_API: target.apiUrl,
      HEARSAY_TOKEN_FILE: isLoopbackUrl(target.apiUrl) ? target.tokenFile : null,
      HEARSAY_KEYS: keysDirectory(env),
    }
    if (options.unset && shared.json) terminal.document({ v: 1, unset: Object.keys(variables) })
    else if (shared.json) terminal.document({ v: 1, ...variables, node: target.nodeName, source: target.source })
    else if (options.unset) terminal.out(Object.keys(variables).map((name) => `unset ${name}`))
    else {
      for (const [name, text] of Object.entries(variables))
        if (text !== null) terminal.out(`export ${name}=${quoted(text)}`)
      terminal.out(`# from ${target.source}; a shell takes them by: eval "$(hearsay env)"`)
    }
    return 'done'
  },
})

/** For POSIX shells; controls are escaped by the terminal, which makes them part of no line. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}
