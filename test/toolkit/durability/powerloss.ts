/**
 * Power cuts, as close as a machine comes that stays on: the data lies on an ext4 image of its own, which is shut down
 * under load without flushing its journal (EXT4_IOC_SHUTDOWN), unmounted and mounted again. Everything that the disk
 * had not confirmed is gone.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPrng } from '../../../src/lib/prng.ts'
import { setStage } from './stage.ts'
import { Writer } from './writer.ts'

export interface PowerlossFigures {
  readonly runs: number
  readonly acknowledged: number
  readonly lost: number
  readonly opened: number
  readonly readyMsMax: number
  /** A file written without sync at the last cut: gone, or the cuts cut nothing. */
  readonly controlLost: number
  readonly seed: number
}

export interface PowerlossOptions {
  readonly runs: number
  readonly seed: number
  readonly perSecond: number
  readonly onRun: (run: number, figures: { acknowledged: number; lost: number }) => void
}

const IMAGE_BYTES = 256 * 1_048_576
const CUT_MS_MIN = 100
const CUT_MS_MAX = 1_500

/** `_IOR('X', 125, __u32)` with EXT4_GOING_FLAGS_NOLOGFLUSH. Node has no ioctl, so a program that has one does it. */
const SHUTDOWN_PYTHON =
  'import fcntl, os, struct, sys; fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))'

/** Why this machine cannot do it; null when it can. */
export function powerlossObstacle(): string | null {
  if (process.platform !== 'linux') return 'it needs Linux'
  if (process.getuid?.() !== 0) return 'it needs root, to mount an image'
  for (const tool of ['mkfs.ext4', 'mount', 'umount'])
    if (!has(tool)) return `it needs ${tool} (Debian packages e2fsprogs and mount)`
  if (!has('python3') && !has('xfs_io')) return 'it needs python3 or xfs_io (Debian package xfsprogs), for one ioctl'
  return null
}

export async function powerloss({ runs, seed, perSecond, onRun }: PowerlossOptions): Promise<PowerlossFigures> {
  const stage = setStage('powerloss')
  const image = join(stage.home, 'disk.img')
  const disk = join(stage.home, 'disk')
  mkdirSync(disk)
  writeFileSync(image, '')
  truncateSync(image, IMAGE_BYTES)
  run('mkfs.ext4', '-q', '-F', image)
  run('mount', '-o', 'loop', image, disk)
  const prng = createPrng(seed)
  const node = await stage.add('unplugged', { profile: 'bench', logLevel: 'error', dataDir: join(disk, 'data') })
  const writer = new Writer(stage.params)
  const figures = { opened: 0, lost: new Set<string>(), readyMsMax: 0, controlLost: 0 }
  try {
    await node.start()
    for (let number = 1; number <= runs; number++) {
      await writer.align(node.client)
      const stop = new AbortController()
      const writing = writer.write(node.client, perSecond, stop.signal)
      await new Promise((resolve) => setTimeout(resolve, CUT_MS_MIN + prng.below(CUT_MS_MAX - CUT_MS_MIN)))
      writeFileSync(join(disk, `control-${number}`), 'never synced')
      cutPower(disk)
      await node.end('SIGKILL')
      stop.abort()
      await writing
      run('umount', disk)
      run('mount', '-o', 'loop', image, disk)
      if (!spawnSync('test', ['-s', join(disk, `control-${number}`)]).status) continue
      figures.controlLost++
      const readyMs = await node.start()
      figures.opened++
      figures.readyMsMax = Math.max(figures.readyMsMax, readyMs)
      for (const id of await writer.lost(node.client)) figures.lost.add(id)
      onRun(number, { acknowledged: writer.acknowledged.size, lost: figures.lost.size })
    }
  } finally {
    await node.end('SIGKILL')
    spawnSync('umount', [disk])
    await stage.close('SIGKILL')
  }
  const { opened, lost, readyMsMax, controlLost } = figures
  const acknowledged = writer.acknowledged.size
  return { runs, acknowledged, lost: lost.size, opened, readyMsMax: Math.round(readyMsMax), controlLost, seed }
}

function cutPower(mountPoint: string): void {
  if (has('python3')) run('python3', '-c', SHUTDOWN_PYTHON, mountPoint)
  else run('xfs_io', '-x', '-c', 'shutdown', mountPoint)
}

function has(tool: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}
