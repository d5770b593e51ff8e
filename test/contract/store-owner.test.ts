/** A store is open once at a time: every way of opening it twice, with real processes. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { OWNER_FILE_NAME } from '../../src/adapters/store/directory-owner.ts'

const root = mkdtempSync(join(tmpdir(), 'hearsay-owner-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const script = fileURLToPath(new URL('../toolkit/store/store-opener.ts', import.meta.url))
const running: Opener[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((opener) => opener.kill()))
})

class Opener {
  readonly #child: ChildProcess
  readonly #answers: AsyncIterator<string>

  constructor() {
    const child = spawn(process.execPath, ['--no-warnings', script], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines: Interface = createInterface(child.stdout)
    this.#child = child
    this.#answers = lines[Symbol.asyncIterator]()
    running.push(this)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async say(command: string): Promise<string> {
    this.#child.stdin?.write(`${command}\n`)
    const answer = await this.#answers.next()
    return answer.done === true ? '' : answer.value
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

let count = 0
const freshStore = (): string => {
  const data = join(root, `data-${count++}`)
  mkdirSync(data)
  return join(data, 'store')
}

describe('a store that is open', () => {
  it('is refused to its own process by any path, and to every other process afterwards too', async () => {
    const store = freshStore()
    const [first, second] = [new Opener(), new Opener()]
    expect(await first.say(`open ${store}`)).toBe('open')
    const alias = `${store}-alias`
    symlinkSync(store, alias)
    for (const path of [store, `${store}/`, relative(process.cwd(), store), alias])
      expect(await first.say(`open ${path}`), path).toMatch(/^refused locked: .* this process has it open already/)
    expect(await first.say(`thread ${store}`)).toMatch(/^refused locked: .* another thread of this process/)
    for (const path of [store, alias])
      expect(await second.say(`open ${path}`), path).toMatch(
        new RegExp(`^refused locked: .* process ${first.pid} has it open`),
      )

    expect(await first.say('close')).toBe('closed')
    expect(await second.say(`open ${store}`)).toBe('open')
  })

  it('stays with its owner though LevelDB lost its lock to somebody who read the directory', async () => {
    const store = freshStore()
    const [first, second] = [new Opener(), new Opener()]
    expect(await first.say(`open ${store}`)).toBe('open')
    expect(await first.say(`touch ${store}`)).toBe('touched')
    expect(await second.say(`open ${store}`)).toContain(`process ${first.pid} has it open`)
  })

  it('stays with its owner though the directory was renamed', async () => {
    const store = freshStore()
    const [first, second] = [new Opener(), new Opener()]
    expect(await first.say(`open ${store}`)).toBe('open')
    renameSync(store, `${store}-moved`)
    expect(await first.say(`open ${store}-moved`)).toContain('this process has it open already')
    expect(await second.say(`open ${store}-moved`)).toContain(`process ${first.pid} has it open`)
  })

  it('goes to one of many that ask at once', async () => {
    const store = freshStore()
    const openers = Array.from({ length: 6 }, () => new Opener())
    const answers = await Promise.all(openers.map((opener) => opener.say(`open ${store}`)))
    expect(answers.filter((answer) => answer === 'open')).toHaveLength(1)
    expect(answers.filter((answer) => answer.startsWith('refused locked'))).toHaveLength(5)
  })
})

describe('a store that nobody has open', () => {
  it('opens after its owner was killed, and its owner file is gone after a close', async () => {
    const store = freshStore()
    const first = new Opener()
    expect(await first.say(`open ${store}`)).toBe('open')
    await first.kill()
    expect(existsSync(join(store, OWNER_FILE_NAME))).toBe(true)
    const openers = Array.from({ length: 4 }, () => new Opener())
    const answers = await Promise.all(openers.map((opener) => opener.say(`open ${store}`)))
    expect(
      answers.filter((answer) => answer === 'open'),
      answers.join('\n'),
    ).toHaveLength(1)
    const winner = openers[answers.indexOf('open')]
    expect(JSON.parse(readFileSync(join(store, OWNER_FILE_NAME), 'utf8'))).toMatchObject({ pid: winner?.pid })
    expect(await winner?.say('close')).toBe('closed')
    expect(existsSync(join(store, OWNER_FILE_NAME))).toBe(false)
  })

  it('opens though the owner file names a live process that is another one, or is no owner file', async () => {
    const store = freshStore()
    const [first, second] = [new Opener(), new Opener()]
    expect(await first.say(`open ${store}`)).toBe('open')
    const owner = JSON.parse(readFileSync(join(store, OWNER_FILE_NAME), 'utf8')) as { started: string }
    await first.kill()
    const texts = [
      JSON.stringify({ ...owner, pid: process.pid }),
      JSON.stringify({ ...owner, pid: process.pid, boot: 'another' }),
      JSON.stringify({ ...owner, pid: -1 }),
      '',
      '{',
      'null',
    ]
    for (const text of texts) {
      writeFileSync(join(store, OWNER_FILE_NAME), text)
      expect(await second.say(`open ${store}`), text).toBe('open')
      expect(await second.say('close')).toBe('closed')
    }
  })

  it('opens as a copy while the original is in use', async () => {
    const store = freshStore()
    const [first, second] = [new Opener(), new Opener()]
    expect(await first.say(`open ${store}`)).toBe('open')
    const copy = freshStore()
    cpSync(store, copy, { recursive: true })
    expect(await second.say(`open ${copy}`)).toBe('open')
    expect(await second.say(`open ${store}`)).toContain(`process ${first.pid} has it open`)
  })
})
