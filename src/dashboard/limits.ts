/** Journeys that the page remembers: the heat map's columns, and what the list offers. */
export const JOURNEYS_MAX = 120
/** Records kept of one journey: 100 nodes with a first sight and seven copies each. */
export const JOURNEY_RECORDS_MAX = 800
/** Lines of the log of refusals. */
export const REFUSALS_MAX = 100
/** Time in a frame for rebuilding the trees of journeys that have new records, ms: a quarter of a frame. */
export const REBUILD_MS = 4
/** How often the panels beside the map are drawn, ms: they are read, not watched. */
export const PANELS_EVERY_MS = 500
/** How long the wave of a journey plays on the map at least, ms: a spread over one machine takes 30 ms, which nobody sees. */
export const WAVE_MS = 1_800
/** Time in a frame for moving the points of the map to where they belong, ms. */
export const LAYOUT_MS = 5
/** Widest column of the heat map, pixels: one transaction alone would fill it like a flag. */
export const HEAT_COLUMN_MAX = 28
