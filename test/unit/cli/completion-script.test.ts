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
  const script = `${bash}\nCOMP_WORDS=("$@")\nCOMP_CWORD=$((\${#COMP_WORDS[@]} - 1))\n_hearsay\nprintf '%s\\n' "\${COMPREPLY[@]}"`
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

  it('is made for the other shells from the same words', () => {
    expect(completionScript('zsh', contexts).startsWith('#compdef hearsay\n')).toBe(true)
    const fish = completionScript('fish', contexts)
    expect(fish).toContain("complete -c hearsay -n '__fish_use_subcommand' -f -a 'testnet'")
    expect(fish).toContain("-l amount -d 'how much (required)'")
  })
})
