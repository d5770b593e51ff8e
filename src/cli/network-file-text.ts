/** A network's document for a person. */
import { networkIdOf, type NetworkParams } from '../domain/params.ts'
import { plain } from '../lib/printable.ts'
import { fieldsText } from './table-text.ts'

/** Accounts and validators that are shown one by one. */
const SHOWN = 8

export function networkFileText(params: NetworkParams, bootstrap: readonly string[]): string {
  const { name, genesisTimeMs, slotMs, validators, accounts, feeFloor } = params
  const total = accounts.reduce((sum, { balance }) => sum + balance, 0n)
  const some = (lines: readonly string[]): string[] =>
    lines.length > SHOWN ? [...lines.slice(0, SHOWN), `… and ${lines.length - SHOWN} more`] : [...lines]
  return [
    fieldsText([
      ['network', plain(name)],
      ['id', networkIdOf(params)],
      ['began', new Date(genesisTimeMs).toISOString()],
      ['slots', `${slotMs / 1_000} s, least fee ${feeFloor}`],
      ['validators', String(validators.length)],
      ['accounts', `${accounts.length} with ${total} in all`],
      ['bootstrap', bootstrap.length === 0 ? 'none' : bootstrap.map(plain).join(' ')],
    ]),
    '',
    ...some(validators.map((key, index) => `validator ${index}  ${key}`)),
    ...some(accounts.map(({ key, balance }) => `account  ${key}  ${balance}`)),
  ].join('\n')
}
