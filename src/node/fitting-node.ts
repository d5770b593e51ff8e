/**
 * Ends the import of a door that only Node opens, where this Node is too old: part of what is behind it would work, and
 * give other answers (a simulation on Node 20 ended at once, and said so as a result).
 */
import { nodeFault } from '../lib/node-fault.ts'

const fault = nodeFault(process.versions.node)
if (fault !== null) throw new Error(fault)
