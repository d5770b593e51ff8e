import { expect, it } from 'vitest'
import { asNetAddress } from '../../../src/domain/ids.ts'
import { peerIdOfKey } from '../../../src/domain/record.ts'
import { Survey } from '../../../src/membership/survey.ts'
import { surveyMembers } from '../../../src/membership/survey-members.ts'
import type { MemberState } from '../../../src/membership/view.ts'
import { keysOf } from '../../toolkit/objects/transactions.ts'

function row(index: number, state: MemberState, port: number) {
  const key = keysOf(index).publicKey
  const addresses = [asNetAddress(`/ip4/127.0.0.1/tcp/${port}`)]
  return { peer: peerIdOfKey(key), state, record: { name: `node-${index}`, key, neighbours: [], addresses } }
}
const [self, dead, reborn, gone] = [row(0, 'alive', 1), row(1, 'dead', 2), row(2, 'alive', 2), row(3, 'dead', 3)]
const namesOf = (rows: readonly ReturnType<typeof row>[]) => surveyMembers(rows, [], self.peer).map(({ name }) => name)

it('counts a node once that crashed and came back at its address with another identity', () => {
  expect(namesOf([self, dead, reborn, gone])).toEqual(['node-2', 'node-3'])
  // As long as nobody lives there it is a node that is missing.
  expect(namesOf([self, dead, gone])).toEqual(['node-1', 'node-3'])
  expect(namesOf([self, dead, { ...reborn, state: 'left' }])).toEqual(['node-1'])
})

it('says of a dead one that it is dead, and not that nobody is connected with it', () => {
  const members = surveyMembers([self, gone, reborn], [], self.peer)
  const survey = new Survey({ members, neighbours: [reborn.peer], samples: 1, deadlineMs: 1_000 })
  for (const { ask } of survey.takeAsks())
    survey.answered(ask, { times: { receivedNs: 0n, sentNs: 0n }, observations: [] }, null)
  expect(survey.rows().map(({ name, trouble }) => [name, trouble])).toEqual([
    ['node-3', 'dead'],
    ['node-2', null],
  ])
})
