/**
 * The spread of the demo as the propagation report: the same code and the same bytes as `hearsay replay RECORDING
 * --report FILE`.
 */
import { readFileSync } from 'node:fs'
import { replaceFile } from '../../src/home/own-file.ts'
import { parseRecording } from '../../src/trace/recording.ts'
import { reportHtml } from '../../src/trace/report-html.ts'
import { reportOf } from '../../src/trace/report.ts'

/** Draws the report of a finished recording. @throws Error where the file is none */
export function writePropagation(recordingFile: string, reportFile: string): void {
  const read = parseRecording(readFileSync(recordingFile, 'utf8'))
  if (!read.ok) throw new Error(`${recordingFile}: ${read.message}`)
  replaceFile(reportFile, reportHtml(reportOf(read.recording)))
}
