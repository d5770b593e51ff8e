/** The folder that a command writes its files into. */
import { readdir } from 'node:fs/promises'
import { makeFolder } from '../home/own-file.ts'
import { systemCode, usageFailure } from './failure.ts'

/** Makes it where it is not there; nothing that is there is written over. @param given as it was typed */
export async function emptyFolder(folder: string, given: string): Promise<void> {
  try {
    makeFolder(folder)
    if ((await readdir(folder)).length === 0) return
  } catch (error) {
    throw usageFailure(
      `--out: ${given} can not be used (${systemCode(error) ?? 'unknown reason'})`,
      'name another folder',
    )
  }
  throw usageFailure(`--out: ${given} is not empty`, 'name a folder that is new or empty')
}
