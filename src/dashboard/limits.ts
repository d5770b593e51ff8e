/** Lines of the log of refusals. */
export const REFUSALS_MAX = 100
/** Time in a frame for rebuilding the trees of journeys that have new records, ms: a quarter of a frame. */
export const REBUILD_MS = 4
/** How often the panels beside the map are drawn, ms: they are read, not watched. */
export const PANELS_EVERY_MS = 500
/**
 * How long the wave of a journey plays on the map at least, ms: a spread over one machine takes 30 ms, which nobody
 * sees.
 */
export const WAVE_MS = 1_800
/** Time in a frame for moving the points of the map to where they belong, ms. */
export const LAYOUT_MS = 5
/** Transactions of the heat map: the last ones. */
export const HEAT_COLUMNS_MAX = 120
/** Widest column of the heat map, pixels: one transaction alone would fill it like a flag. */
export const HEAT_COLUMN_MAX = 28
/** How often a page of one node takes over what its stream told, ms. */
export const NODE_BATCH_MS = 100
/** How often it asks its node how it is, ms. */
export const NODE_POLL_MS = 1_000
/** Records of one object that such a page keeps: what a node remembers of one, and as many again that came since. */
export const NODE_RECORDS_OF_ONE_MAX = 128
/**
 * After how long a page where nothing happens plays the last wave again, ms: whoever opens it sees one before looking
 * away.
 */
export const REPLAY_AFTER_MS = 6_000
/** How often it does so at most: two minutes, and then a page that is only open costs nothing. */
export const REPLAYS_MAX = 20
