import { describe, expect, it } from 'vitest'
import { diagnose, FINDING_CODES, type DoctorFacts } from '../../../src/domain/doctor.ts'
import { problemView } from '../../../src/domain/problems.ts'
import { SOUND_FACTS } from '../../toolkit/api/sound-facts.ts'

const GIB = 1_073_741_824

/** What is to be found when this differs from a sound node: by its code, its weight and a part of its words. */
const CASES: readonly (readonly [Partial<DoctorFacts>, string, string, RegExp])[] = [
  [{}, 'clock-agrees', 'sound', /3 ms ahead of the median of 5 peers, give or take 2 ms/],
  [{ clock: { aheadMs: -60_000, errorMs: 2, peers: 3 } }, 'clock-apart', 'doubtful', /60000 ms behind.*timedatectl/s],
  // Within what the measure may be wrong by nothing is claimed.
  [{ clock: { aheadMs: 3_400, errorMs: 3_000, peers: 3 } }, 'clock-agrees', 'sound', /give or take 3000/],
  [{ clock: null }, 'clock-unseen', 'unseen', /fewer than three/],
  [
    { dialledBack: [{ kind: 'reached' }, { kind: 'unreached', why: 'no-answer' }, { kind: 'busy' }] },
    'dialled-back',
    'sound',
    /1 of 2 peers dialled this node back/,
  ],
  // Whoever has connected may have come over another way: a dial back says more.
  [
    {
      dialledBack: [
        { kind: 'unreached', why: 'no-answer' },
        { kind: 'unreached', why: 'refused' },
      ],
    },
    'not-dialled-back',
    'doubtful',
    /2 peers dialled this node back in vain: no answer.*refused.*TCP port 4601/s,
  ],
  [{ dialledBack: [{ kind: 'busy' }, { kind: 'unknown' }] }, 'reached', 'sound', /2 peers have connected/],
  [{}, 'reached', 'sound', /2 peers have connected/],
  [{ inbound: 0 }, 'unreached', 'doubtful', /nobody has connected.*4 that it dialled.*TCP port 4601/s],
  [{ inbound: 0, outbound: 0 }, 'reach-unseen', 'unseen', /no peer of another machine/],
  [{}, 'seen-here', 'sound', /192\.0\.2\.7/],
  [
    {
      seenAt: new Map([
        ['192.0.2.7', 1],
        ['203.0.113.9', 3],
      ]),
    },
    'translated',
    'doubtful',
    /3 peers see it at 203\.0\.113\.9.*--announce \/ip4\/203\.0\.113\.9\/tcp\/4601/s,
  ],
  // Whoever announces it knows of it.
  [{ seenAt: new Map([['203.0.113.9', 3]]), announce: ['/ip4/203.0.113.9/tcp/4601'] }, 'seen-here', 'sound', /203/],
  [{ seenAt: new Map([['127.0.0.1', 3]]) }, 'seen-here', 'sound', /127/],
  [{ seenAt: new Map() }, 'address-unseen', 'unseen', /no peer/],
  [{}, 'ports', 'sound', /tcp\/4601.*API 127\.0\.0\.1:4600/],
  [{ listen: [] }, 'deaf', 'doubtful', /--listen/],
  [{ oneWay: ['a', 'b', 'c', 'd'] }, 'one-way', 'doubtful', /a, b, c and 1 more/],
  [{}, 'both-ways', 'sound', /all of 6 peers/],
  [{ peers: 0 }, 'links-unseen', 'unseen', /no peer is connected/],
  [{}, 'mesh-stands', 'sound', /5 of 6/],
  [{ mesh: 1, peers: 1 }, 'mesh-thin', 'doubtful', /only 1 peer is connected.*--bootstrap/s],
  [{ mesh: 1 }, 'mesh-thin', 'doubtful', /meshes of the other peers are full.*hearsay mesh/s],
  [{}, 'one-version', 'sound', /hearsay\/1/],
  [
    { versions: { 'hearsay/1': 2, 'hearsay/2': 5 } },
    'versions-differ',
    'doubtful',
    /2 run hearsay\/1, 5 run hearsay\/2/,
  ],
  [{}, 'disk-sound', 'sound', /20480 MiB free.*0\.6 ms/],
  [{ disk: { freeBytes: 20 * GIB, syncMs: 80 } }, 'disk-slow', 'doubtful', /faster disk/],
  [{ disk: { freeBytes: GIB, syncMs: 1 } }, 'disk-short', 'doubtful', /1024 MiB/],
  [{ disk: { freeBytes: GIB / 8, syncMs: 1 } }, 'disk-full', 'wrong', /128 MiB.*now/s],
  [{ disk: null }, 'disk-unseen', 'unseen', /disk/],
  [{}, 'files-sound', 'sound', /40 of 4096/],
  [{ files: { open: 220, max: 256 } }, 'files-short', 'doubtful', /LimitNOFILE/],
  [{ files: null }, 'files-unseen', 'unseen', /does not say/],
  [{}, 'memory-sound', 'sound', /120 MiB of memory; no control group/],
  [{ groupBytesMax: 140 * 1_048_576 }, 'memory-tight', 'doubtful', /120 MiB.*140 MiB.*MemoryMax/s],
  [{}, 'head-current', 'sound', /at 100/],
  [{ best: { height: 103, names: ['x'] } }, 'head-behind', 'doubtful', /3 blocks behind what x says/],
  [{ best: { height: 160, names: ['x', 'y'] } }, 'head-far-behind', 'wrong', /60 blocks behind what x, y say/],
  [{ best: null }, 'head-unseen', 'unseen', /no other member/],
]

describe('what a node finds of itself', () => {
  it.each(CASES)('%j: %s', (given, code, weight, words) => {
    const { ok, findings } = diagnose({ ...SOUND_FACTS, ...given })
    const finding = findings.find((each) => each.code === code)
    expect(finding).toMatchObject({ code, weight })
    expect(`${finding?.message} ${finding?.next}`).toMatch(words)
    expect(finding?.next === '', 'a next step exactly where something is to be done').toBe(
      weight === 'sound' || (weight === 'unseen' && !/ask again/.test(finding?.next ?? '')),
    )
    expect(ok).toBe(weight !== 'wrong')
  })

  it('has a case for every finding, and says one thing about each matter', () => {
    expect(CASES.map(([, code]) => code).sort()).toEqual(expect.arrayContaining([...FINDING_CODES].sort()))
    const counts = CASES.map(([given]) => diagnose({ ...SOUND_FACTS, ...given }).findings.length)
    expect(new Set(counts)).toEqual(new Set([11]))
  })

  it('begins with what health says, and a problem of it is wrong here too', () => {
    const problems = [
      problemView({ code: 'few-files', filesMax: 256, wanted: 64, connectionsMax: 40 }),
      problemView({ code: 'no-mesh', peers: 3 }),
    ]
    const { ok, findings } = diagnose({ ...SOUND_FACTS, problems })
    expect(findings.slice(0, 2)).toMatchObject([
      { code: 'few-files', weight: 'doubtful', message: expect.stringContaining('256 files') },
      { code: 'no-mesh', weight: 'wrong' },
    ])
    expect(ok).toBe(false)
  })
})
