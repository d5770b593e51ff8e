import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { completionScript, completionWords } from '../../../src/cli/completion-script.ts'
import { describeCommands } from '../../../src/cli/program.ts'
import { TABLE } from '../../../src/cli/table.ts'

const contexts = completionWords(await describeCommands())
const bash = completionScript('bash', contexts)

/** What bash offers after these words, the last of them being typed. */
function offered(...words: readonly string[]): string[] {
  const line = ['hearsay', ...words]
  const script = `hearsay() { echo "asked-$2"; }\n${bash}\nCOMP_WORDS=("$@")\nCOMP_CWORD=$((\${#COMP_WORDS[@]} - 1))\n_hearsay\nprintf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script, 'bash', ...line], { encoding: 'utf8' })
    .trim()
    .split('\n')
}

describe('completion', () => {
  it('knows every command and its options', () => {
    for (const { path } of TABLE) {
      const context = contexts.find((candidate) => candidate.path === path.join(' '))
      expect(
        context?.words.map(({ word }) => word),
        path.join(' '),
      ).toContain('--json')
    }
  })

  it('offers commands, options and words in bash', () => {
    expect(offered('te')).toEqual(['testnet'])
    expect(offered('tx', 's').sort()).toEqual(['send', 'show', 'sign', 'submit'])
    expect(offered('tx', 'send', '--am')).toEqual(['--amount'])
    expect(offered('tx', 'send', '--from', 'alice', '--unt')).toEqual(['--until'])
    expect(offered('testnet', 'up', '--topology', 'r').sort()).toEqual(['random', 'ring'])
    expect(offered('completion', 'z')).toEqual(['zsh'])
    expect(offered('testnet', 'sn')).toEqual(['snapshot'])
    expect(offered('testnet', 'snapshot', '').sort()).toEqual(['list', 'load', 'remove', 'save'])
    expect(offered('testnet', 'up', '--preset', 'co')).toEqual(['continent-10'])
    expect(offered('--home', 'd', 'sta')).toEqual(['status'])
  })

  it('asks the command for names of nodes, accounts, keys, snapshots and scenarios', () => {
    const asked = (...words: readonly string[]): string[] =>
      offered(...words).filter((word) => word.startsWith('asked-'))
    expect(asked('status', '--node', '')).toEqual(['asked-nodes'])
    expect(asked('testnet', 'kill', '')).toEqual(['asked-nodes'])
    expect(asked('tx', 'send', '--from', 'as')).toEqual(['asked-accounts'])
    expect(asked('account', 'show', '')).toEqual(['asked-accounts'])
    expect(asked('keys', 'show', '')).toEqual(['asked-keys'])
    expect(asked('testnet', 'snapshot', 'load', '')).toEqual(['asked-snapshots'])
    for (const words of [['run'], ['testnet', 'run'], ['scenario', 'check'], ['scenario', 'show']])
      expect(asked(...words, ''), words.join(' ')).toEqual(['asked-scenarios'])
    expect(asked('testnet', 'kill', '--')).toEqual([])
    // A value of which nothing is known is no word of the command.
    expect(offered('testnet', 'up', '--record', 'no-such-file')).toEqual([''])
  })

  it('is made for the other shells from the same words', () => {
    expect(completionScript('zsh', contexts).startsWith('#compdef hearsay\n')).toBe(true)
    const fish = completionScript('fish', contexts)
    expect(fish).toContain(`complete -c hearsay -n '__hearsay_in '\\'''\\''' -f -a 'testnet'`)
    expect(fish).toContain("-l amount -r -d 'how much (required)'")
    expect(fish).toContain("-l topology -x -a 'random ring line star full'")
    expect(fish).toContain("-l node -x -a '(hearsay completion nodes 2>/dev/null)'")
  })
})
