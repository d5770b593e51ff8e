import type { ApiEvent, EventTopic } from '../../domain/views.ts'
import { EVENT_TOPICS } from '../../domain/views.ts'
import { apiFailure, openApi } from '../api.ts'
import { defineCommand, flag, value } from '../command.ts'
import { findTarget } from '../discovery.ts'
import type { Reader } from '../parse.ts'
import { readText, readWords } from '../parse.ts'
import { shortId } from '../table-text.ts'
import { plain } from '../../lib/printable.ts'
import { QuietEnd } from '../quiet-end.ts'

/** Without --follow: how long no further event may come before what the node remembers counts as read, ms. */
const REPLAY_QUIET_MS = 300
/** And how long that may take on a node where something happens all the time, ms. */
const REPLAY_MS_MAX = 3_000

const readEventId: Reader<string> = (text) =>
  /^([0-9a-z]{1,12}\.)?(0|[1-9]\d{0,14})$/.test(text)
    ? { ok: true, value: text }
    : {
        ok: false,
        message: `"${text.slice(0, 80)}" is not the id of an event, such as mx3j3z.41 or 41: \`hearsay events --json\` shows them`,
      }

export const command = defineCommand({
  details:
    'Prints what the node remembers; with --follow what happens from now on, until you stop it. A reader that is too slow is told how much it missed.',
  args: [],
  options: {
    follow: flag('-f, --follow', 'go on with what happens next'),
    topics: value(
      '--topics <list>',
      `some of ${EVENT_TOPICS.join(', ')}, separated by commas`,
      readWords<EventTopic>(EVENT_TOPICS),
      { words: EVENT_TOPICS },
    ),
    since: value('--since <id>', 'begin after this event; 0 is all that the node remembers', readEventId),
    node: value('--node <node>', 'a node of the testnet', readText),
  },
  examples: [
    ['events --follow --topics propagation', 'every step of every transaction at this node'],
    ['events --json', 'what the node remembers, one JSON document a line'],
  ],
  follows: true,
  async run(context, { options }) {
    const { shared, terminal } = context
    const target = findTarget(context, options.node)
    const api = openApi(context, target)
    const quiet = new QuietEnd(
      options.follow ? null : { quietMs: REPLAY_QUIET_MS, totalMs: REPLAY_MS_MAX },
      context.stop,
    )
    const since = options.since ?? (options.follow ? undefined : '0')
    const stream = api.events({
      signal: quiet.signal,
      reconnect: options.follow,
      ...(options.topics === undefined ? {} : { topics: options.topics }),
      ...(since === undefined ? {} : { lastEventId: since }),
    })
    let hasStood = false
    try {
      for await (const item of stream) {
        quiet.heard()
        switch (item.kind) {
          case 'event':
            if (shared.json) terminal.document({ ...item.event, id: item.id })
            else terminal.out(eventText(item.event))
            break
          case 'dropped':
            if (shared.json) terminal.document({ v: 1, event: 'dropped', n: item.n, reason: item.reason })
            else
              terminal.note(
                item.reason === 'slow'
                  ? `missed ${item.n} events: this reader was too slow`
                  : 'the node was started anew: events of its last run are gone',
              )
            break
          case 'connected':
            if (hasStood) terminal.note('connected again')
            hasStood = true
            break
          case 'disconnected':
            if (!hasStood || item.retryMs === 0) throw apiFailure(item.failure, target, false)
            terminal.note(`connection lost, trying again in ${item.retryMs} ms`)
            break
        }
      }
    } finally {
      quiet.end()
    }
    return 'done'
  },
})

function eventText(event: ApiEvent): string {
  const data = typeof event.data === 'object' && event.data !== null ? Object.entries(event.data) : []
  // The record repeats the name of its node and of its event.
  const fields = data
    .filter(([key, field]) => field !== null && key !== 'node' && key !== 'event')
    .map(([key, field]) => `${key}=${fieldText(field)}`)
  return [plain(event.node), event.topic, plain(event.event), ...fields].join('  ')
}

function fieldText(field: unknown): string {
  const text = typeof field === 'string' ? field : JSON.stringify(field)
  return shortId(plain(text))
}
