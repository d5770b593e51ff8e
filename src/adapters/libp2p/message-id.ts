/**
 * Gossip message id = SHA-256('hearsay/msg/1' ‖ u16 LE length of topic ‖ topic ‖ data) (PROTOCOL.md, Gossip). With the
 * topic: under an id of the data alone, bytes that are sent on a wrong topic first would enter the router's memory as
 * seen and censor the honest message on the right one (SECURITY.md A5).
 */
import { asMessageId, type MessageId } from '../../domain/ids.ts'
import { concatBytes, toHex, utf8 } from '../../lib/bytes.ts'
import { sha256 } from '../../lib/hash.ts'

const DOMAIN = utf8('hearsay/msg/1')
const ID_BYTES = 32

/**
 * The key of every id that isn't 32 bytes: ids come from peers in IHAVE, IWANT and IDONTWANT, and would be
 * kept as they come (SECURITY.md A15). It can't be the text of a real id.
 */
const ODD_ID = 'odd'

interface Known {
  readonly topic: string
  readonly id: Uint8Array
  readonly text: MessageId
}

/** The bytes of a topic's part of the hashed text. */
function prefixOf(topic: string): Uint8Array {
  const name = utf8(topic)
  return concatBytes(DOMAIN, Uint8Array.of(name.byteLength & 0xff, name.byteLength >> 8), name)
}

/**
 * Computes message ids, each once: the router asks for the id of one message up to three times (fast id, id, its text),
 * always with the same data object, by whose identity the answer is remembered for as long as the object lives.
 */
export class MessageIds {
  readonly #prefixes: ReadonlyMap<string, Uint8Array>
  readonly #known = new WeakMap<Uint8Array, Known>()
  readonly #texts = new WeakMap<Uint8Array, MessageId>()

  /** `topics`: the topics in use; others work too, only slower. */
  constructor(topics: readonly string[]) {
    this.#prefixes = new Map(topics.map((topic) => [topic, prefixOf(topic)]))
  }

  /** The id, 32 bytes. */
  bytesOf(topic: string, data: Uint8Array): Uint8Array {
    return this.#of(topic, data).id
  }

  /** The id as 64 hex digits. */
  textOf(topic: string, data: Uint8Array): MessageId {
    return this.#of(topic, data).text
  }

  /** The text of an id that came from anywhere: 64 hex digits, or one constant for whatever isn't 32 bytes. */
  textOfId(id: Uint8Array): string {
    return this.#texts.get(id) ?? (id.byteLength === ID_BYTES ? toHex(id) : ODD_ID)
  }

  /** Says that `copy` holds the same bytes as `data` of that topic. */
  alias(topic: string, data: Uint8Array, copy: Uint8Array): void {
    this.#known.set(copy, this.#of(topic, data))
  }

  #of(topic: string, data: Uint8Array): Known {
    const known = this.#known.get(data)
    if (known?.topic === topic) return known
    const id = sha256(concatBytes(this.#prefixes.get(topic) ?? prefixOf(topic), data))
    const text = asMessageId(toHex(id))
    const made: Known = { topic, id, text }
    this.#known.set(data, made)
    this.#texts.set(id, text)
    return made
  }
}
