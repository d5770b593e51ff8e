import { isSupervised } from '../../home/testnet-home.ts'
import { openApi } from '../api.ts'
import { defineCommand, flag, value } from '../command.ts'
import { DEFAULT_SOURCE, findTarget, homeOf, readTestnetManifest } from '../discovery.ts'
import { openInBrowser } from '../open-browser.ts'
import { readText } from '../parse.ts'

export const command = defineCommand({
  details:
    "The testnet's page with the whole network, or with --node, --api or outside of a testnet the page of one node. The address of a testnet's page ends with the key that lets it act: keep it to yourself.",
  args: [],
  options: {
    open: flag('--open', 'open it in your browser as well'),
    node: value('--node <node>', 'the page of this node of the testnet', readText),
  },
  examples: [
    ['page', 'the address'],
    ['page --open', 'and the browser'],
  ],
  async run(context, { options }) {
    const { shared, terminal, env } = context
    const isOneNode = options.node !== undefined || shared.api !== undefined || (env.HEARSAY_API ?? '') !== ''
    const manifest = isOneNode ? null : readTestnetManifest(homeOf(context))
    const ofTestnet = manifest !== null && isSupervised(manifest) ? manifest.supervisor.pageUrl : undefined
    const target = ofTestnet === undefined ? findTarget(context, options.node) : null
    // A guess is worth nothing until somebody answers there.
    if (target?.source === DEFAULT_SOURCE) await openApi(context, target).identity()
    const url = ofTestnet ?? `${target?.apiUrl ?? ''}/`
    if (options.open) await openInBrowser(url, ofTestnet === undefined ? null : (manifest?.home ?? null), env)
    if (shared.json) terminal.document({ v: 1, url, of: target === null ? 'testnet' : (target.nodeName ?? 'node') })
    else {
      terminal.out(url)
      if (target !== null) terminal.note('It shows what this node sees; how to watch all of them: `hearsay top --help`')
    }
    return 'done'
  },
})
