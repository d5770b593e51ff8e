/** One end of a simulated stream, to libp2p's own class: what is sent becomes a frame of the connection below. */
import type { Logger } from '@libp2p/interface'
import { AbstractStream } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

/** What a stream needs of its connection. */
export interface FrameCarrier {
  /** `deliver` runs at the far end when the bytes are there. `lossy`: the frame may be lost whole. */
  carry(bytes: number, deliver: () => void, options: { lossy: boolean }): void
  released(stream: SimStream): void
}

/** Who takes what arrives as it arrives. */
export interface WholeReader {
  onData(bytes: Uint8Array): void
  /** Once: nothing more comes. */
  onEnd(error: Error | undefined): void
}

/** Bytes of a frame that carries no data (yamux's header). */
const CONTROL_FRAME_BYTES = 12

export class SimStream extends AbstractStream {
  readonly #carrier: FrameCarrier
  readonly #lossy: boolean
  #far: SimStream | null = null
  #reader: WholeReader | null = null

  constructor(options: {
    carrier: FrameCarrier
    id: string
    protocol: string
    direction: 'inbound' | 'outbound'
    log: Logger
    lossy: boolean
  }) {
    super({ id: options.id, protocol: options.protocol, direction: options.direction, log: options.log })
    this.#carrier = options.carrier
    this.#lossy = options.lossy
    this.addEventListener('close', () => this.#carrier.released(this), { once: true })
  }

  /** Makes two ends one stream. */
  static join(a: SimStream, b: SimStream): void {
    a.#far = b
    b.#far = a
  }

  /** From now on what arrives goes to this reader, each write of the far end as one, and to nobody else. */
  readWhole(reader: WholeReader): void {
    this.#reader = reader
    const end = (error?: Error): void => {
      if (this.#reader !== reader) return
      this.#reader = null
      reader.onEnd(error)
    }
    this.addEventListener('close', ({ error }: { error?: Error }) => end(error))
    this.addEventListener('remoteCloseWrite', () => end())
  }

  override onData(data: Uint8Array | Uint8ArrayList): void {
    const isRead = this.readStatus !== 'closing' && this.readStatus !== 'closed'
    if (this.#reader === null) super.onData(data)
    else if (isRead) this.#reader.onData(data.subarray())
  }

  // What the library's does where its buffer is empty and nobody holds it up, which is always.
  override send(data: Uint8Array | Uint8ArrayList): boolean {
    if (this.writeStatus !== 'writable' || this.writeBufferLength > 0) return super.send(data)
    const bytes = data instanceof Uint8Array ? new Uint8Array(data) : data.slice()
    if (bytes.byteLength > 0) this.#carry(bytes.byteLength, (far) => far.onData(bytes), this.#lossy)
    return true
  }

  // Windows are not modelled: a stream takes whatever it is given, and bandwidth delays it in the network.
  override sendData(data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean } {
    // A copy: nothing that the sender does to its buffer later may change what is under way.
    const bytes = data.slice()
    this.#carry(bytes.byteLength, (far) => far.onData(bytes), this.#lossy)
    return { sentBytes: bytes.byteLength, canSendMore: true }
  }

  override sendReset(): void {
    this.#carry(CONTROL_FRAME_BYTES, (far) => {
      if (far.status === 'open' || far.status === 'closing') far.onRemoteReset()
    })
  }

  override async sendCloseWrite(): Promise<void> {
    this.#carry(CONTROL_FRAME_BYTES, (far) => far.onRemoteCloseWrite())
  }

  override async sendCloseRead(): Promise<void> {
    this.#carry(CONTROL_FRAME_BYTES, (far) => far.onRemoteCloseRead())
  }

  override sendPause(): void {
    // Windows are not modelled.
  }

  override sendResume(): void {
    // Windows are not modelled.
  }

  #carry(bytes: number, deliver: (far: SimStream) => void, lossy = false): void {
    const far = this.#far
    if (far === null) return
    this.#carrier.carry(bytes, () => deliver(far), { lossy })
  }
}
