/**
 * A process that is stopped (SIGSTOP) cannot notice that its supervisor is gone, and would stay for ever. So each pause
 * has a guard: a shell that waits on a pipe from the supervisor, and kills the stopped process when the pipe breaks
 * without a word. Whatever ends the supervisor breaks its pipes.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

export interface Pause {
  /** Lets the process run again. */
  end(): void
  /** Leaves the process to its end, which somebody else brings about. */
  abandon(): void
}

/** Stops a process, under guard; `onTimeout` is called after `forMs`, when it is to go on (null: never). */
export async function pauseProcess(pid: number, forMs: number | null, onTimeout: () => void): Promise<Pause> {
  const guard = spawn('/bin/sh', ['-c', `read word || kill -KILL ${pid}`], { stdio: ['pipe', 'ignore', 'ignore'] })
  // Without a shell there is no guard; the pause itself still holds.
  await Promise.race([once(guard, 'spawn'), once(guard, 'error')]).catch(() => undefined)
  guard.stdin.on('error', () => undefined)
  signalProcess(pid, 'SIGSTOP')
  const timer = forMs === null ? undefined : setTimeout(onTimeout, forMs)
  return {
    end: () => {
      clearTimeout(timer)
      dismiss(guard)
      signalProcess(pid, 'SIGCONT')
    },
    abandon: () => {
      clearTimeout(timer)
      dismiss(guard)
    },
  }
}

function dismiss(guard: ChildProcess): void {
  guard.stdin?.end('done\n')
}

/** A child of this process: until its end is heard of here its number is nobody else's. */
function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone.
  }
}
