import type { Profile } from '../../node/config.ts'
import { defineCommand, flag, list, value } from '../command.ts'
import { LOG_LEVELS, PROFILES, readNodeName } from '../node-settings.ts'
import { readListenAddress, readText, readWord } from '../parse.ts'

export const command = defineCommand({
  details:
    'Flags go before the configuration file, which is JSON with the same names in camel case (dataDir, logLevel, …); an unknown name is an error. ' +
    'One line on stdout says that the node is ready; the log goes to stderr. Ctrl-C stops it in good order (130), SIGTERM too (0: a service ' +
    'manager asked for it), the second signal at once.',
  args: [],
  options: {
    config: value('--config <file>', 'JSON with settings', readText),
    network: value('--network <file>', "the network's JSON file", readText),
    dataDir: value('--data-dir <dir>', 'where the node keeps its data (default: node in the home)', readText),
    listen: list('--listen <multiaddr>', 'where peers connect (default: /ip4/0.0.0.0/tcp/4601)', readText),
    announce: list('--announce <multiaddr>', 'where others reach it, if not where it listens', readText),
    bootstrap: list('--bootstrap <multiaddr>', "peers to dial (default: those of the network's file)", readText),
    discovery: flag('--discovery', 'look for peers in what nodes say of themselves (default: on with profile node)'),
    observe: flag(
      '--observe',
      'tell what it saw of transactions and from whom, and ask others: reveals origins (default: on for dev-*)',
    ),
    api: value('--api <host:port>', 'where the API listens (default: 127.0.0.1:4600)', readListenAddress),
    apiHost: list('--api-host <name>', 'a further host name that the API answers to', readText),
    name: value('--name <name>', 'how the node calls itself (default: the name of this machine)', readNodeName),
    profile: value('--profile <profile>', PROFILES.join(', '), readWord<Profile>(PROFILES), { words: PROFILES }),
    validator: value(
      '--validator <key>',
      'the key whose blocks this node makes: the name of one of yours, or validator-0, … on a dev-* network',
      readText,
    ),
    passphraseFile: value('--passphrase-file <file>', "file with that key's passphrase, instead of asking", readText),
    logLevel: value('--log-level <level>', LOG_LEVELS.join(', '), readWord(LOG_LEVELS), { words: LOG_LEVELS }),
    logFile: value('--log-file <file>', 'where the log goes instead of stderr; SIGHUP opens it anew', readText),
    dieWithParent: flag('--die-with-parent', 'stop when the IPC channel to the parent process closes'),
  },
  examples: [
    ['node run --network network.json', 'a node of that network'],
    ['node run --config node.json --log-level debug', 'settings from a file'],
  ],
  without: ['api', 'token-file'],
  serves: true,
  async run(context, { options }) {
    const { runNode } = await import('../node-run.ts')
    await runNode(context, {
      flags: {
        name: options.name,
        network: options.network,
        profile: options.profile,
        dataDir: options.dataDir,
        listen: options.listen.length === 0 ? undefined : options.listen,
        announce: options.announce.length === 0 ? undefined : options.announce,
        bootstrap: options.bootstrap.length === 0 ? undefined : options.bootstrap,
        discovery: options.discovery ? true : undefined,
        observe: options.observe ? true : undefined,
        api: options.api,
        apiHosts: options.apiHost.length === 0 ? undefined : options.apiHost,
        validator: options.validator,
        logLevel: options.logLevel,
        logFile: options.logFile,
      },
      configFile: options.config,
      passphraseFile: options.passphraseFile,
      dieWithParent: options.dieWithParent,
    })
    return 'done'
  },
})
