import { defineCommand } from '../command.ts'
import { usageFailure } from '../failure.ts'
import { readWord } from '../parse.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export const command = defineCommand({
  details: 'Bash: eval "$(hearsay completion bash)". Zsh: the same with zsh. Fish: hearsay completion fish | source.',
  args: [{ name: 'shell', summary: SHELLS.join(', '), words: SHELLS }],
  options: {},
  examples: [['completion bash > ~/.local/share/bash-completion/completions/hearsay', 'for every new shell']],
  without: ['api', 'token-file', 'home'],
  async run({ terminal, shared, describeCommands }, { args }) {
    const shell = readWord(SHELLS)(args[0] ?? '')
    if (!shell.ok) throw usageFailure(`shell: ${shell.message}`)
    const { completionScript, completionWords } = await import('../completion-script.ts')
    const script = completionScript(shell.value, completionWords(await describeCommands()))
    if (shared.json) terminal.document({ v: 1, shell: shell.value, script })
    else terminal.out(script)
    return 'done'
  },
})
