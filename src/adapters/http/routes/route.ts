/**
 * What every resource gets. A new one is a file beside this that exports such a function, and a line in routes/all.ts.
 */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { NodeControl } from '../../../ports/control.ts'
import type { ConnectionPlaces } from '../connection-places.ts'
import type { HttpApiOptions } from '../options.ts'
import type { EventReaders } from '../event-readers.ts'

export type ApiServer = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>

export interface RouteContext {
  readonly control: NodeControl
  readonly options: HttpApiOptions
  readonly readers: EventReaders
  readonly places: ConnectionPlaces
}

export type Routes = (server: ApiServer, context: RouteContext) => void
