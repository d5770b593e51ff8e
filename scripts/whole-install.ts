// Ends the process with a sentence where `npm ci` has left out what tests need. npm 9 and 10 leave out an optional
// package whose `engines` exclude the Node that npm itself runs on, and say nothing: Debian 12's Node 18 so gets no
// binary of vitest's bundler, although the tests run on the Node that the project brings along.
try {
  await import('vitest/node')
} catch {
  console.error(
    '`npm ci` has left out a part that the tests need: it ran on a Node older than 20.19.\n' +
      '  run `npx npm@11 ci`, which takes the Node that the project brings along, and then this again',
  )
  console.log('\n0 passed, 1 failed')
  process.exit(1)
}
export {}
