import type { DoctorView, FindingWeight } from '../../domain/doctor.ts'
import { plain } from '../../lib/printable.ts'
import { openApi } from '../api.ts'
import { defineCommand, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import { readText } from '../parse.ts'

const MARKS: Readonly<Record<FindingWeight, string>> = { sound: '✓', doubtful: '!', wrong: '✗', unseen: '?' }

export const command = defineCommand({
  details:
    'The node looks at its clock, whether others reach it, its addresses, links and mesh, the versions around it, disk, files, memory and head; what health\nsays comes first. ✓ is sound, ! wants a look, ✗ is wrong, ? can not be told from here. Exits with 7 where something is wrong.',
  args: [],
  options: { node: value('--node <node>', 'a node of the testnet', readText) },
  examples: [
    ['doctor', 'the node of this folder'],
    ['doctor --api http://127.0.0.1:4600 --json', 'another one, for a program'],
  ],
  async run(context, { options }) {
    const { shared, terminal } = context
    const found = await openApi(context, findTarget(context, options.node)).doctor()
    if (shared.json) terminal.document(found)
    else terminal.out(doctorText(found))
    return found.ok ? 'done' : 'not-ready'
  },
})

function doctorText({ findings }: DoctorView): string {
  return findings
    .flatMap(({ weight, message, next }) => [
      `${MARKS[weight]} ${plain(message)}`,
      ...(next === '' ? [] : [`  next  ${plain(next)}`]),
    ])
    .join('\n')
}
