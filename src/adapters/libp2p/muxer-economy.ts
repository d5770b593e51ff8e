/**
 * What makes yamux on TLS cheaper than it comes, without a change on the wire that a peer must know of: fewer window
 * updates, and one write for what is sent together. A frame costs both sides a TLS record, a system call and a wake,
 * whatever its length.
 */
import type { MessageStream, StreamMuxer } from '@libp2p/interface'

/** The parts of yamux's streams that say when a window is opened again: private there, checked by `seesWindows`. */
interface WithWindow {
  /** Bytes of the whole window, and those of it that the sender may still use. */
  readonly recvWindow: number
  readonly recvWindowCapacity: number
  readonly state: number
  sendWindowUpdate(): void
  sendPause(): void
}

/** The maker of all streams of a muxer: private there, checked by `seesWindows`. */
interface WithStreams {
  _newStream(id: number, state: number, direction: 'inbound' | 'outbound'): WithWindow
}

/** State of a stream of ours whose SYN has not left: its first window update carries it. */
const STATE_INIT = 0
/** State of a stream that does not read. */
const STATE_PAUSED = 5

/**
 * Opens a window again when half of it is used (as Go's yamux does). By itself yamux answers every frame of data with a
 * window update, whatever its length. The acknowledgement of a new stream then leaves with the first data of its
 * answer.
 */
export function openWindowsByHalves(muxer: StreamMuxer): void {
  const inside = muxer as unknown as WithStreams
  const make = inside._newStream.bind(muxer)
  inside._newStream = (...args) => {
    const stream = make(...args)
    const update = stream.sendWindowUpdate.bind(stream)
    stream.sendWindowUpdate = () => {
      const isSlight = stream.recvWindowCapacity > stream.recvWindow / 2
      if (isSlight && stream.state !== STATE_INIT && stream.state !== STATE_PAUSED) return
      update()
    }
    return stream
  }
}

/** Whether a release of yamux has all that `openWindowsByHalves` touches. */
export function seesWindows(muxer: StreamMuxer): boolean {
  const inside = muxer as unknown as Partial<WithStreams>
  if (typeof inside._newStream !== 'function') return false
  const stream: Partial<WithWindow> = inside._newStream(1, STATE_INIT, 'outbound')
  const { recvWindow, recvWindowCapacity, state, sendWindowUpdate } = stream
  const isWindow = typeof recvWindow === 'number' && recvWindowCapacity === recvWindow && state === STATE_INIT
  stream.sendPause?.()
  return isWindow && typeof sendWindowUpdate === 'function' && stream.state === STATE_PAUSED
}

/**
 * The parts of a connection behind TLS that write: private there, and where they are missing everything works as the
 * library has it.
 */
interface WithSocket {
  readonly socket?: { cork?(): void; uncork?(): void }
  sendData?(data: unknown): unknown
}

/**
 * Holds what is sent on a connection until the code that runs now has ended. By itself the header of a frame and its
 * data are a record each, and so are frames that follow one another. (What promises send after that makes a second
 * group.)
 */
export function gatherWrites(connection: MessageStream): void {
  const inside = connection as unknown as WithSocket
  const { socket } = inside
  const send = inside.sendData?.bind(connection)
  if (socket?.cork === undefined || socket.uncork === undefined || send === undefined) return
  let isCorked = false
  const uncork = (): void => {
    isCorked = false
    socket.uncork?.()
  }
  inside.sendData = (data) => {
    if (!isCorked) {
      isCorked = true
      socket.cork?.()
      process.nextTick(uncork)
    }
    return send(data)
  }
}
