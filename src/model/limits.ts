/** Upper bounds on everything that comes from outside: one place, so that a door and its test name the same number. */

/** Longest command line kept, in characters (product: "Names on the wire"). */
export const MAX_COMMAND_CHARACTERS = 4096;
/** Longest name, label or path. A path on Linux is at most 4,096 bytes. */
export const MAX_NAME_CHARACTERS = 256;
export const MAX_PATH_CHARACTERS = 4096;
/** Longest sentence shown to people. */
export const MAX_MESSAGE_CHARACTERS = 2000;
/** GPUs of one node: the largest NVSwitch machines have 16; MIG slices and remembered ones leave room. */
export const MAX_GPUS_PER_NODE = 128;
/** GPU processes of one GPU. Small-model servers reach some hundreds. */
export const MAX_PROCESSES_PER_GPU = 1024;
/** Containers, sessions, disks and networks of one node. */
export const MAX_CONTAINERS_PER_NODE = 2000;
export const MAX_SESSIONS_PER_NODE = 2000;
export const MAX_DISKS_PER_NODE = 256;
export const MAX_NETWORKS_PER_NODE = 512;
/** Xid events remembered per GPU, newest first. */
export const MAX_XID_EVENTS = 32;
/** Processes one search answers per node. */
export const MAX_SEARCH_RESULTS_PER_NODE = 200;
/** Processes one kill request may name. */
export const MAX_PIDS_PER_KILL = 256;
/** Largest message between agent and hub, in bytes: 128 GPUs × 1,024 processes stay below in practice. */
export const MAX_LINK_FRAME_BYTES = 4 * 1024 * 1024;
/** Largest message a browser or command may send on the live socket, in bytes. */
export const MAX_LIVE_FRAME_BYTES = 16 * 1024;
/** Largest HTTP request body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** How often an agent may sample, in milliseconds. */
export const MIN_INTERVAL_MS = 100;
export const MAX_INTERVAL_MS = 3_600_000;
/** Names of figures that a node's gate refused: there are not many more figures. */
export const MAX_REFUSED_FIGURE_NAMES = 128;
/** A sample larger than this is cut by the agent before it is sent: well below what the hub takes in one message. */
export const MAX_SAMPLE_BYTES = 3 * 1024 * 1024;

/** Words of one task's command, and the length of each: Linux takes 128 KiB an argument. */
export const MAX_COMMAND_WORDS = 4096;
export const MAX_COMMAND_WORD_CHARACTERS = 32 * 1024;
/** Columns of a task table, and the text of one cell. */
export const MAX_COLUMNS = 512;
export const MAX_ROW_TEXT_CHARACTERS = 32 * 1024;
/** Rows of one task table, and how many travel in one request. */
export const MAX_ROWS_PER_TABLE = 1_000_000;
export const MAX_ROWS_PER_BATCH = 2000;
/** Runs wanted of one row. */
export const MAX_RUNS_PER_TASK = 100_000;
/** A submit's environment in all: ARG_MAX is 2 MiB on Linux, and arguments need room too. */
export const MAX_ENVIRONMENT_BYTES = 512 * 1024;
/** Attempts that one node may have open or unacknowledged at once. */
export const MAX_ATTEMPTS_PER_NODE = 4096;
/** Bytes of a log that travel in one answer. */
export const MAX_LOG_SLICE_BYTES = 512 * 1024;
/** Tasks that one request may name or one answer list. */
export const MAX_TASKS_PER_REQUEST = 10_000;
/** Body of the requests that carry rows, in bytes. */
export const MAX_ROWS_BODY_BYTES = 16 * 1024 * 1024;
/** What may be kept of the beginning and of the end of one log, each: 4 GiB a run would fill any disk. */
export const MAX_LOG_PART_BYTES = 1024 ** 3;
