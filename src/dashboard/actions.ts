/** What the page can do to its network, where it has the key. */
import type { Model } from './model.ts'
import { byId } from './panels.ts'

const KEY_NAME = 'hearsay-key'
const LOAD = { perSecond: 20, seconds: 10 }
const PAUSE_MS = 5_000
const PARTITION_MS = 10_000

/**
 * The key from the page's address, or the one that this tab was opened with. It is taken out of the address at once, so
 * that it stands neither in the history nor on a screen that is shared. The session's storage is this tab's and this
 * port's alone; a cookie would go to every port of this machine.
 */
export function takeKey(): string | null {
  const [, given] = /[#&]key=([0-9a-f]{64})/.exec(location.hash) ?? []
  if (given !== undefined) {
    sessionStorage.setItem(KEY_NAME, given)
    history.replaceState(null, '', location.pathname)
  }
  return given ?? sessionStorage.getItem(KEY_NAME)
}

/** Wires the buttons; without a key they stay off and the page says why. */
export function wireActions(
  model: Model,
  key: string | null,
  { onSent, onForged }: { readonly onSent: () => void; readonly onForged: (id: string) => void },
): void {
  const canAct = key !== null && model.network.source === 'testnet'
  byId('view-only').hidden = canAct
  if (model.network.source === 'replay') byId('view-only').textContent = 'A recording: nothing can be done to it.'
  if (model.network.source === 'node')
    byId('view-only').textContent = 'The page of one node shows what this node sees; a testnet’s own page can act.'
  for (const button of document.querySelectorAll<HTMLButtonElement>('#actions button')) button.disabled = !canAct
  const nodes = byId('node') as HTMLSelectElement
  nodes.disabled = !canAct
  const act = async (action: string, request: object, done: (answer: Answer) => string): Promise<void> => {
    const status = byId('answer')
    status.className = 'small'
    status.textContent = '…'
    const answer = await ask(key ?? '', action, request)
    status.textContent = answer.ok ? done(answer) : answer.message
    if (!answer.ok) status.className = 'small warn'
  }
  const on = (id: string, run: () => Promise<void>): void => {
    byId(id).addEventListener('click', () => {
      run().catch((error: unknown) => {
        byId('answer').textContent = error instanceof Error ? error.message : 'it failed'
      })
    })
  }
  const chosen = (): string[] => [nodes.value]
  on('send', () =>
    act('send', { node: nodes.value }, ({ value }) => {
      const id = textOf(value.id)
      onSent()
      return `${id.slice(0, 12)} is accepted by ${textOf(value.node)}`
    }),
  )
  on('forge', () =>
    act('forge', { node: nodes.value }, ({ value }) => {
      const { api, peer } = value as unknown as Forging
      onForged(peer.id)
      return forgingText(api, peer)
    }),
  )
  on('load', () => act('load', LOAD, ({ value }) => `sending ${Number(value.transactions)} transactions`))
  on('kill', () => act('kill', { nodes: chosen() }, () => `${nodes.value} was killed`))
  on('restart', () => act('restart', { nodes: chosen() }, () => `${nodes.value} is back`))
  on('pause', () => act('pause', { nodes: chosen(), forMs: PAUSE_MS }, () => `${nodes.value} is paused for 5 s`))
  on('heal', () => act('heal', {}, () => 'all links stand again'))
  on('partition', () => {
    const names = [...model.nodes.keys()]
    const half = Math.ceil(names.length / 2)
    const groups = [names.slice(0, half), names.slice(half)]
    return act('partition', { groups, forMs: PARTITION_MS }, () => 'the network is cut in halves for 10 s')
  })
}

/** What came of two forgeries: one at the door of the API, one from a peer. */
interface Forging {
  readonly api: { readonly node: string; readonly status: string; readonly code: string | null }
  readonly peer: {
    readonly id: string
    readonly refusedBy: readonly { readonly node: string; readonly reason: string }[]
    readonly sentTo: readonly string[]
    readonly holders: number
    readonly asked: number
  }
}

function forgingText(api: Forging['api'], { refusedBy, sentTo, holders, asked }: Forging['peer']): string {
  const door =
    api.status === 'refused'
      ? `The API of ${api.node} refused it: ${api.code ?? 'unknown'}.`
      : `The API of ${api.node} took it: that must not be.`
  const to = sentTo.join(' and ')
  const isRefused = refusedBy.length === sentTo.length
  const hop = isRefused
    ? `sent by a peer to ${to}, it died there: ${refusedBy[0]?.reason ?? 'unknown'}.`
    : `sent by a peer to ${to}, ${refusedBy.length} of ${sentTo.length} have refused it so far.`
  return `${door} Another one, ${hop} ${holders} of ${asked} nodes have it.`
}

/** Keeps the list of nodes as it is in the network, and the user's choice. */
export function listNodes(model: Model): void {
  const list = byId('node') as HTMLSelectElement
  const names = [...model.nodes.keys()]
  if (list.options.length === names.length) return
  const before = list.value
  list.replaceChildren(...names.map((name) => new Option(name, name, false, name === before)))
}

type Answer =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly message: string; readonly value: Readonly<Record<string, unknown>> }

async function ask(key: string, action: string, request: object): Promise<Answer> {
  const answer = await fetch(`/v1/act/${action}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const value = (await answer.json()) as Record<string, unknown>
  return answer.ok ? { ok: true, value } : { ok: false, message: textOf(value.message), value }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
