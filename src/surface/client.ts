/**
 * `hearsay/client`: a node's API with types, over node:http alone; in browsers over fetch. Loads neither libp2p nor a
 * codec of blocks.
 */
export { connect } from '../client/connect.ts'
export type { Client, ConnectOptions } from '../client/connect.ts'
export type { EventStreamOptions, StreamItem } from '../client/event-stream.ts'
export { failureText } from '../client/outcome.ts'
export type { Failure, Outcome } from '../client/outcome.ts'
export type { SettledOptions } from '../client/settled.ts'
export { must } from '../client/must.ts'
export type { Result } from '../client/must.ts'
export type * from '../domain/views.ts'
