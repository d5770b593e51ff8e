/** Bounds of the node in a page. */

/** Connections: one is enough, and a second one while it changes. */
export const LIGHT_CONNECTIONS_MAX = 4
/** How often the page is told, ms. */
export const TELL_MS = 250
/** Transactions that wait to be told: what is beyond them is counted and not shown. */
export const ITEMS_MAX = 512
/** Rows of the list. */
export const ROWS_MAX = 200
/** Ends of connections that are shown. */
export const CUTS_MAX = 20
/** How often nodes are asked about the newest transaction, ms, and how long they have. */
export const SURVEY_EVERY_MS = 3_000
export const SURVEY_MS = 2_000
