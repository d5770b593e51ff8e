/** Files that a user asks for by name. */
import { writeFile } from 'node:fs/promises'
import { systemCode, usageFailure } from './failure.ts'

/** Writes a text where the user says, over whatever is there. `flag` is what the error calls it. */
export async function writeNamed(path: string, text: string, flag: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (error) {
    throw usageFailure(
      `${flag}: ${path} can't be written (${systemCode(error) ?? 'unknown reason'})`,
      'give a file in a directory that exists',
    )
  }
}
