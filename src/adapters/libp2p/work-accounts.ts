/**
 * Whose work keeps the event loop busy, and who goes when it is late (SECURITY.md A43 to A46). Budgets of bytes and
 * messages bound what one peer sends; what that costs nobody can list, so it is measured, and the loop's lateness is
 * the last judge.
 *
 * Tracked: for each peer, and each address that peers come from, the time that was spent on it, and what it was good
 * for; both fade with WORK_FADE_MS. An account outlives the connection, until it has faded.
 *
 * Rules.
 * - Work is earned as far as it gave us messages (first, or nearly so) and we accepted as many from anybody, and as far
 *   as we sent the peer what it asked for. *Rationale*: an honest mesh peer at full load costs much and gives as much;
 *   whoever repeats himself earns no more than the network's traffic.
 * - While the loop is late, unearned work of all peers together may take WORK_SHARE of a core. What is beyond is taken
 *   from the top: the peers with most of it, those that dialled us first, down to a fair share each; then addresses
 *   whose identities come and go. *Rationale*: a loop that is late for reasons of its own, or on a machine that others
 *   keep busy, is nobody's fault. For the same reason nobody is judged while the process warms up.
 * - Taken is first a moment: the peer is not read from for HOLD_MS. At the third within STRIKE_MEMORY_MS it is shed.
 *   *Rationale*: a burst is honest now and then; whoever fills his share as often as he is let go is not.
 *
 * The attacker's best move is to stay below a fair share, or to relay for us at the network's full rate. Invariants:
 * accounts within their bound; strikes below STRIKES_MAX unless shed. Cost: O(1) a charge, O(accounts in use) a
 * judgement.
 */
import {
  EARNED_MS_PER_BYTE,
  EARNED_MS_PER_MESSAGE,
  GREETING_MS,
  HOLD_MS,
  LATE_MS,
  LATE_TICKS,
  SERVED_MS_MAX,
  SERVED_MS_PER_BYTE,
  SOCKETS_PER_ADDRESS_MAX,
  STRIKE_MEMORY_MS,
  STRIKES_MAX,
  VERY_LATE_MS,
  WARM_UP_MS,
  WORK_ACCOUNTS_MAX,
  WORK_FADE_MS,
  WORK_FLOOR_MS,
  WORK_SHARE,
} from './limits.ts'

export interface WorkSubject {
  readonly kind: 'peer' | 'address'
  /** Peer id, or address group. */
  readonly name: string
}

/** Who is not read from for HOLD_MS, and who goes. */
export interface Judgement {
  readonly held: readonly WorkSubject[]
  readonly shed: readonly WorkSubject[]
}

const NONE: Judgement = { held: [], shed: [] }

/** What fades: ms of work, messages given, their bytes, bytes sent to it. */
interface Faded {
  atMs: number
  workMs: number
  given: number
  givenBytes: number
  servedBytes: number
}

export interface WorkAccount extends Faded {
  readonly subject: WorkSubject
  readonly key: string
  /** The address of a peer; null where it counts for none, and for addresses. */
  readonly group: string | null
  readonly bornMs: number
  /** We dialled it. */
  isOurs: boolean
  /** Not yet in `workMs`: since the last tick. */
  freshMs: number
  strikes: number
  struckMs: number
}

export class WorkAccounts {
  readonly #accounts = new Map<string, WorkAccount>()
  readonly #fresh = new Set<WorkAccount>()
  /** What all gave us and we accepted. */
  readonly #all: Faded = { atMs: 0, workMs: 0, given: 0, givenBytes: 0, servedBytes: 0 }
  #lateTicks = 0
  #beganMs: number | null = null

  get size(): number {
    return this.#accounts.size
  }

  /** The account of a peer or an address; a new one where it has none. */
  of(kind: WorkSubject['kind'], name: string, group: string | null, nowMs: number): WorkAccount {
    const key = `${kind} ${name}`
    const known = this.#accounts.get(key)
    if (known !== undefined) return known
    // A new peer is owed what every new peer costs; a new address pays for all of them.
    const workMs = kind === 'peer' ? -GREETING_MS : 0
    const none = { atMs: nowMs, workMs, given: 0, givenBytes: 0, servedBytes: 0 }
    const subject: WorkSubject = { kind, name }
    const account = {
      ...none,
      key,
      subject,
      group,
      bornMs: nowMs,
      isOurs: false,
      freshMs: 0,
      strikes: 0,
      struckMs: Number.NEGATIVE_INFINITY,
    }
    this.#keep(account, nowMs)
    return account
  }

  /** So much time was spent on it. */
  charge(account: WorkAccount, ms: number, nowMs: number): void {
    // Forgotten meanwhile: whoever makes many accounts must not make his own disappear.
    if (!this.#accounts.has(account.key)) this.#keep(account, nowMs)
    account.freshMs += ms
    this.#fresh.add(account)
  }

  /** It gave us a message, first or nearly so. */
  gave(account: WorkAccount, bytes: number, nowMs: number): void {
    fade(account, nowMs)
    account.given++
    account.givenBytes += bytes
  }

  /** We sent it so many bytes. */
  served(account: WorkAccount, bytes: number, nowMs: number): void {
    fade(account, nowMs)
    account.servedBytes += bytes
  }

  /** A message was accepted, whoever gave it. */
  accepted(bytes: number, nowMs: number): void {
    fade(this.#all, nowMs)
    this.#all.given++
    this.#all.givenBytes += bytes
  }

  /**
   * Judges what was charged since the last tick.
   * @param lateMs how late the event loop was in that time, at most
   * @param cpuShare what the process got of a core in it
   */
  tick(nowMs: number, lateMs: number, cpuShare: number): Judgement {
    this.#beganMs ??= nowMs
    this.#book(nowMs, Math.min(1, cpuShare))
    this.#lateTicks = lateMs > LATE_MS ? this.#lateTicks + 1 : 0
    if (this.#lateTicks < LATE_TICKS && lateMs <= VERY_LATE_MS) return NONE
    if (nowMs - this.#beganMs < WARM_UP_MS) return NONE
    const limitMs = WORK_SHARE * WORK_FADE_MS
    const struck = above(this.#owing('peer', nowMs), limitMs)
    const crowded = this.#crowded(nowMs)
    struck.push(
      ...above(
        this.#owing('address', nowMs).filter(({ account }) => crowded.has(account.subject.name)),
        limitMs,
      ),
    )
    const held: WorkSubject[] = []
    const shed: WorkSubject[] = []
    for (const { account } of struck) (strike(account, nowMs) ? shed : held).push(account.subject)
    return { held, shed }
  }

  /** Unearned work of an account, ms of the last WORK_FADE_MS. */
  unearnedMs(account: WorkAccount, nowMs: number): number {
    fade(account, nowMs)
    fade(this.#all, nowMs)
    const messages = Math.min(account.given, this.#all.given) * EARNED_MS_PER_MESSAGE
    const bytes = Math.min(account.givenBytes, this.#all.givenBytes) * EARNED_MS_PER_BYTE
    const served = Math.min(account.servedBytes * SERVED_MS_PER_BYTE, SERVED_MS_MAX)
    return account.workMs - messages - bytes - served
  }

  sizes(): { readonly size: number; readonly capacity: number } {
    return { size: this.#accounts.size, capacity: WORK_ACCOUNTS_MAX }
  }

  /**
   * A machine that others use as well makes every step look long: only what the process got of it was spent on peers.
   */
  #book(nowMs: number, cpuShare: number): void {
    for (const account of this.#fresh) {
      fade(account, nowMs)
      account.workMs += account.freshMs * cpuShare
      account.freshMs = 0
    }
    this.#fresh.clear()
  }

  /** Who owes something and is not held now, those that dialled us first, the most indebted first. */
  #owing(kind: WorkSubject['kind'], nowMs: number): Owing[] {
    const owing: Owing[] = []
    for (const account of this.#accounts.values()) {
      if (account.subject.kind !== kind || nowMs - account.struckMs < HOLD_MS) continue
      const ms = this.unearnedMs(account, nowMs)
      if (ms > 0) owing.push({ account, ms })
    }
    return owing.sort((a, b) => Number(a.account.isOurs) - Number(b.account.isOurs) || b.ms - a.ms)
  }

  /** Addresses from which more identities came of late than may be connected at once. */
  #crowded(nowMs: number): Set<string> {
    const born = new Map<string, number>()
    for (const { group, bornMs } of this.#accounts.values())
      if (group !== null && nowMs - bornMs < STRIKE_MEMORY_MS) born.set(group, (born.get(group) ?? 0) + 1)
    return new Set([...born].flatMap(([group, count]) => (count > SOCKETS_PER_ADDRESS_MAX ? [group] : [])))
  }

  #keep(account: WorkAccount, nowMs: number): void {
    if (this.#accounts.size >= WORK_ACCOUNTS_MAX) this.#makeRoom(nowMs)
    this.#accounts.set(account.key, account)
  }

  /** Those that have faded go; where none has, the oldest. */
  #makeRoom(nowMs: number): void {
    for (const [key, account] of this.#accounts) {
      fade(account, nowMs)
      if (account.freshMs === 0 && account.workMs < 1 && nowMs - account.struckMs > STRIKE_MEMORY_MS)
        this.#drop(key, account)
    }
    for (const [key, account] of this.#accounts) {
      if (this.#accounts.size < WORK_ACCOUNTS_MAX) return
      this.#drop(key, account)
    }
  }

  #drop(key: string, account: WorkAccount): void {
    this.#accounts.delete(key)
    this.#fresh.delete(account)
  }
}

interface Owing {
  readonly account: WorkAccount
  readonly ms: number
}

/** Those from the top that must go for the rest to fit, each above its fair share. */
function above(owing: readonly Owing[], limitMs: number): Owing[] {
  const fairMs = Math.max(WORK_FLOOR_MS, limitMs / Math.max(1, owing.length))
  let left = owing.reduce((sum, { ms }) => sum + ms, 0)
  const over: Owing[] = []
  for (const debtor of owing) {
    if (left <= limitMs) break
    if (debtor.ms <= fairMs) continue
    over.push(debtor)
    left -= debtor.ms
  }
  return over
}

/** Whether this was one too many. */
function strike(account: WorkAccount, nowMs: number): boolean {
  if (nowMs - account.struckMs > STRIKE_MEMORY_MS) account.strikes = 0
  account.strikes++
  account.struckMs = nowMs
  return account.strikes >= STRIKES_MAX
}

function fade(faded: Faded, nowMs: number): void {
  const elapsedMs = nowMs - faded.atMs
  if (elapsedMs <= 0) return
  const left = Math.exp(-elapsedMs / WORK_FADE_MS)
  faded.atMs = nowMs
  faded.workMs *= left
  faded.given *= left
  faded.givenBytes *= left
  faded.servedBytes *= left
}
