/** Most writes of one disk batch: at 4,096 a batch takes about 10 ms, and who comes next waits no longer than that. */
export const GROUP_WRITES_MAX = 4_096
/** LevelDB's block cache, bytes: the pool is read once, at start, so that its default of 8 MiB would lie idle. */
export const CACHE_BYTES = 4 * 1024 * 1024
