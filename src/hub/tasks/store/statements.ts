/**
 * Every statement that the store knows, by name: only names and values travel to its worker. Those that write are puts and
 * deletes by key, so that writing one twice is writing it once.
 */

/** Deletes what belongs to the tasks of a table from one number to another. */
const dropOf = (from: string): string =>
  `DELETE FROM ${from} WHERE task IN (SELECT number FROM tasks WHERE table_number = ?1 AND number BETWEEN ?2 AND ?3)`;

/** `INSERT OR REPLACE`, with a place for each column. */
const put = (table: string, columns: string): string =>
  `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${columns
    .split(',')
    .map(() => '?')
    .join(', ')})`;

const TABLE_COLUMNS =
  'number, name, owner, file, file_warning, working_directory, command, options, max_running, paused, machine_id, gpu_order, git_commit, git_dirty, created_at_ms, hold, is_complete, last_batch, written_revision';
const TASK_COLUMNS =
  'number, table_number, row, key, name, priority, base_run_num, need_run_num, overrides, is_in_file, revision, created_at_ms';
const RUN_COLUMNS =
  'task, run, state, held_by, place, not_before_ms, attempts, used_retries, avoid, learned_bytes, revision';
const ATTEMPT_COLUMNS =
  'task, run, number, is_counted, is_returning, state, node_id, node, gpus, fence_epoch, fence_number, sequence, profile, is_warming_up, stop, pid, leased_at_ms, started_at_ms, ended_at_ms, exit_code, signal, class, out_of_memory, message, cpu_seconds, host_memory_peak_bytes, remarks';

export const WRITES = {
  putFact: put('facts', 'name, value'),
  putTable: put('tables', TABLE_COLUMNS),
  putTask: put('tasks', `${TASK_COLUMNS}, parameters, command`),
  /** What may be edited, last the number. */
  editTask:
    'UPDATE tasks SET row = ?, name = ?, priority = ?, need_run_num = ?, overrides = ?, is_in_file = ?, revision = ? WHERE number = ?',
  putRun: put('runs', RUN_COLUMNS),
  putAttempt: put('attempts', ATTEMPT_COLUMNS),
  putEvent: put('events', 'number, task, at_ms, kind, run, attempt, by, text, figures, remarks'),
  putEnvironment: put('environments', 'table_number, variables'),
  dropEnvironment: 'DELETE FROM environments WHERE table_number = ?',
  dropEvents: dropOf('events'),
  dropAttempts: dropOf('attempts'),
  dropRuns: dropOf('runs'),
  dropTasks: 'DELETE FROM tasks WHERE table_number = ?1 AND number BETWEEN ?2 AND ?3',
  dropTable: 'DELETE FROM tables WHERE number = ?',
  putIdempotency: put('idempotency', 'owner, key, table_number, at_ms'),
  dropIdempotency: 'DELETE FROM idempotency WHERE at_ms < ?',
  putProfile: put('profiles', 'key, profile, at_ms'),
  dropProfile: 'DELETE FROM profiles WHERE key = ?',
  putUsage: put('usage', 'owner, gpu_seconds, at_ms'),
  putSwitch: put('gpu_switches', 'uuid, is_on, by, at_ms'),
  putPromise: put('promises', 'id, promise'),
  dropPromise: 'DELETE FROM promises WHERE id = ?',
} as const;
export type WriteName = keyof typeof WRITES;

export const READS = {
  facts: 'SELECT name, value FROM facts',
  /** The highest number that was ever given, by table. */
  numbers: 'SELECT name, seq FROM sqlite_sequence',
  tables: `SELECT ${TABLE_COLUMNS} FROM tables ORDER BY number`,
  /** In pages: above a number, so many. */
  tasks: `SELECT ${TASK_COLUMNS} FROM tasks WHERE number > ? ORDER BY number LIMIT ?`,
  runs: `SELECT ${RUN_COLUMNS} FROM runs WHERE (task, run) > (?, ?) ORDER BY task, run LIMIT ?`,
  countedAttempts: `SELECT ${ATTEMPT_COLUMNS} FROM attempts WHERE is_counted = 1`,
  /** The newest attempt of each task that is over: SQLite takes bare columns from the row that has the maximum. */
  lastEnds:
    'SELECT task, run, number, class, exit_code, started_at_ms, ended_at_ms, node_id, node, gpus, MAX(run * 1000000000 + number) FROM attempts WHERE class IS NOT NULL AND task > ? AND task <= ? GROUP BY task',
  highest:
    'SELECT (SELECT COALESCE(MAX(fence_number), 0) FROM attempts), (SELECT COALESCE(MAX(number), 0) FROM events)',
  details: 'SELECT number, parameters, command FROM tasks WHERE number IN (SELECT value FROM json_each(?))',
  /** Oldest first, of each task the newest so many. */
  attempts: `SELECT ${ATTEMPT_COLUMNS} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY task ORDER BY run DESC, number DESC) AS age FROM attempts WHERE task IN (SELECT value FROM json_each(?))) WHERE age <= ? ORDER BY task, run, number`,
  events:
    'SELECT at_ms, kind, run, attempt, by, text, figures, remarks FROM events WHERE task = ? ORDER BY number DESC LIMIT ?',
  environment: 'SELECT variables FROM environments WHERE table_number = ?',
  environments: 'SELECT table_number FROM environments',
  idempotency: 'SELECT owner, key, table_number, at_ms FROM idempotency',
  profiles: 'SELECT key, profile FROM profiles ORDER BY at_ms',
  usage: 'SELECT owner, gpu_seconds, at_ms FROM usage',
  switches: 'SELECT uuid FROM gpu_switches WHERE is_on = 0',
  promises: 'SELECT promise FROM promises',
  /** For a search, in pages by number: the cells of tasks that may have the text; the fourth value is it as an id, the fifth tables that have it in their name. */
  texts:
    "SELECT number, parameters FROM tasks WHERE number > ?1 AND number <= ?2 AND (?3 IS NULL OR parameters LIKE ?3 ESCAPE '~' OR name LIKE ?3 ESCAPE '~' OR 't' || number = ?4 OR table_number IN (SELECT value FROM json_each(?5)))",
} as const;
export type ReadName = keyof typeof READS;
