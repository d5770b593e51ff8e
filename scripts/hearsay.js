#!/usr/bin/env node
// The command `hearsay`. It is committed (a bin that exists only after a build breaks npx's cache) and it is plain
// JavaScript that any Node can read, so that an old Node gets a sentence and not a syntax error.
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const entry = new URL('../dist/main.js', import.meta.url)
const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** Understands what `engines` uses: alternatives of `^a.b.c` and `>=a.b.c`. */
function satisfies(version, range) {
  const [major, minor, patch] = version.split('.').map(Number)
  return range.split('||').some((alternative) => {
    const [, operator, a, b, c] = /^\s*(\^|>=)(\d+)\.(\d+)\.(\d+)\s*$/.exec(alternative)
    const atLeast = major - a || minor - b || patch - c
    return atLeast >= 0 && (operator === '>=' || major === Number(a))
  })
}

function refuse(sentence) {
  process.stderr.write(`hearsay: ${sentence}\n`)
  process.exitCode = 2
}

if (!satisfies(process.versions.node, engines.node)) {
  // A clone brings its own Node; who installed the package has the machine's.
  const isClone = existsSync(new URL('../src/main.ts', import.meta.url))
  const next = isClone
    ? 'run "npm ci" in the project, which brings Node 24 along, and then "npx hearsay" there.'
    : 'run "npx --package node@24 --package hearsay -- hearsay …", which brings a fitting one along, or install Node 24.'
  refuse(`needs Node ${engines.node} and this is Node ${process.versions.node}: ${next}`)
} else if (!existsSync(entry)) {
  refuse(`${fileURLToPath(entry)} is missing: run "npm run build" in the project.`)
} else {
  // Keeps the compiled bundle between runs: about 40 ms off every command.
  module.enableCompileCache?.()
  const { main } = await import(entry.href)
  process.exitCode = await main(process.argv.slice(2))
}
