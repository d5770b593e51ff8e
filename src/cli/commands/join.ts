import type { Profile } from '../../node/config.ts'
import { defineCommand, flag, list, value } from '../command.ts'
import { LOG_LEVELS, PROFILES, readNodeName } from '../node-settings.ts'
import { readListenAddress, readText, readWord } from '../parse.ts'

export const command = defineCommand({
  details:
    'Fetches the document of the network from the node that made the line, checks that it is the one that the line names, writes it and the settings into the data directory, ' +
    'starts the node, and says when it has what the others have. A line with a secret is taken from stdin or a file only. Later: `hearsay node run --config FILE`.',
  args: [{ name: 'line', summary: 'what `hearsay invite` printed; - is stdin, @FILE a file' }],
  options: {
    dataDir: value('--data-dir <dir>', 'where the node keeps its data (default: node in the home)', readText),
    listen: list('--listen <multiaddr>', 'where peers connect (default: /ip4/0.0.0.0/tcp/4601)', readText),
    announce: list('--announce <multiaddr>', 'where others reach it, if not where it listens', readText),
    discovery: flag('--discovery', 'look for peers in what nodes say of themselves (default: on with profile node)'),
    api: value('--api <host:port>', 'where the API listens (default: 127.0.0.1:4600)', readListenAddress),
    name: value('--name <name>', 'how the node calls itself (default: the name of this machine)', readNodeName),
    profile: value('--profile <profile>', PROFILES.join(', '), readWord<Profile>(PROFILES), { words: PROFILES }),
    validator: value('--validator <key>', 'the key whose blocks this node makes: one of yours', readText),
    passphraseFile: value('--passphrase-file <file>', "file with that key's passphrase, instead of asking", readText),
    logLevel: value('--log-level <level>', LOG_LEVELS.join(', '), readWord(LOG_LEVELS), { words: LOG_LEVELS }),
    logFile: value('--log-file <file>', 'where the log goes instead of stderr', readText),
    prepare: flag('--prepare', 'write all that the node needs, and start nothing'),
  },
  examples: [
    ['join hsjoin1…', 'this machine becomes a node of the network'],
    ['join - --validator harbour-validator-1', 'the line is typed or pasted; this node makes blocks'],
  ],
  without: ['api', 'token-file'],
  serves: true,
  async run(context, { args: [line = ''], options }) {
    const { joinNetwork } = await import('../join.ts')
    const { dataDir, listen, announce, discovery, api, name, profile, validator, logLevel, logFile } = options
    await joinNetwork(context, line, {
      settings: {
        name,
        dataDir,
        profile,
        listen: listen.length === 0 ? undefined : listen,
        announce: announce.length === 0 ? undefined : announce,
        discovery: discovery ? true : undefined,
        api,
        validator,
        logLevel,
        logFile,
      },
      passphraseFile: options.passphraseFile,
      starts: !options.prepare,
    })
    return 'done'
  },
})
