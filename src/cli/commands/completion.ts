import { defineCommand } from '../command.ts'
import { COMPLETION_KINDS } from '../context.ts'
import { usageFailure } from '../failure.ts'
import { readWord } from '../parse.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export const command = defineCommand({
  details:
    'Bash: eval "$(hearsay completion bash)". Zsh: the same with zsh. Fish: hearsay completion fish | source. The scripts complete commands, options, their ' +
    `values, and names: for these they run \`completion\` with ${COMPLETION_KINDS.join(', ')}.`,
  args: [{ name: 'shell', summary: SHELLS.join(', '), words: SHELLS }],
  options: {},
  examples: [['completion bash > ~/.local/share/bash-completion/completions/hearsay', 'for every new shell']],
  without: ['api', 'token-file'],
  async run(context, { args }) {
    const { terminal, shared, describeCommands } = context
    const kind = COMPLETION_KINDS.find((each) => each === args[0])
    if (kind !== undefined) {
      const { askedWords } = await import('../completion-asked.ts')
      const words = await askedWords(context, kind)
      if (shared.json) terminal.document({ v: 1, kind, words })
      else if (words.length > 0) terminal.out(words.join('\n'))
      return 'done'
    }
    const shell = readWord(SHELLS)(args[0] ?? '')
    if (!shell.ok) throw usageFailure(`shell: ${shell.message}`)
    const { completionScript, completionWords } = await import('../completion-script.ts')
    const script = completionScript(shell.value, completionWords(await describeCommands()))
    if (shared.json) terminal.document({ v: 1, shell: shell.value, script })
    else terminal.out(script)
    return 'done'
  },
})
