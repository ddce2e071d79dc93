/**
 * The queue's tables in SQLite, as steps: `user_version` says how many were taken. A step that was released is never
 * changed; a new one is added below, so that a database of any age loads (store.test.ts holds kept ones).
 *
 * Every record is put under a key that the book chose, so that a batch may be written twice: after a commit that failed
 * half seen, or by a worker that was started anew. Structured values are JSON; instants are milliseconds since 1970.
 */
export const STEPS: readonly string[] = [
  `
  -- opened, epoch, opening, restored, firstTask, firstTable, settings: JSON by name.
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- AUTOINCREMENT: a number is never given twice, for logs on the nodes are named by it.
  CREATE TABLE tables (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    file TEXT,
    file_warning TEXT,
    working_directory TEXT NOT NULL,
    command TEXT NOT NULL,
    options TEXT NOT NULL,
    max_running INTEGER,
    paused TEXT,
    machine_id TEXT,
    gpu_order TEXT,
    git_commit TEXT,
    git_dirty INTEGER,
    created_at_ms INTEGER NOT NULL,
    hold INTEGER NOT NULL,
    is_complete INTEGER NOT NULL,
    last_batch INTEGER NOT NULL,
    written_revision INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    table_number INTEGER NOT NULL,
    row INTEGER,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    priority INTEGER NOT NULL,
    -- Successes that the file told of; those since are counted in runs.
    base_run_num INTEGER NOT NULL,
    need_run_num INTEGER NOT NULL,
    overrides TEXT,
    is_in_file INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    created_at_ms INTEGER NOT NULL,
    parameters TEXT NOT NULL,
    command TEXT NOT NULL
  ) STRICT;

  CREATE TABLE runs (
    task INTEGER NOT NULL,
    run INTEGER NOT NULL,
    state TEXT NOT NULL,
    held_by TEXT,
    place REAL NOT NULL,
    not_before_ms INTEGER,
    attempts INTEGER NOT NULL,
    used_retries TEXT,
    avoid TEXT,
    learned_bytes INTEGER,
    revision INTEGER NOT NULL,
    PRIMARY KEY (task, run)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE attempts (
    task INTEGER NOT NULL,
    run INTEGER NOT NULL,
    number INTEGER NOT NULL,
    -- Its GPUs are counted: it lives, may live, or its cards are not free yet.
    is_counted INTEGER NOT NULL,
    is_returning INTEGER NOT NULL,
    state TEXT NOT NULL,
    node_id TEXT NOT NULL,
    node TEXT NOT NULL,
    gpus TEXT NOT NULL,
    fence_epoch INTEGER NOT NULL,
    fence_number INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    profile TEXT,
    is_warming_up INTEGER NOT NULL,
    stop TEXT,
    pid INTEGER,
    leased_at_ms INTEGER NOT NULL,
    started_at_ms INTEGER,
    ended_at_ms INTEGER,
    exit_code INTEGER,
    signal TEXT,
    class TEXT,
    out_of_memory TEXT,
    message TEXT,
    cpu_seconds REAL,
    host_memory_peak_bytes INTEGER,
    PRIMARY KEY (task, run, number)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counted_attempts ON attempts (task) WHERE is_counted = 1;

  -- What happened to a task, in sentences.
  CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    task INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    run INTEGER,
    attempt INTEGER,
    by TEXT,
    text TEXT NOT NULL,
    figures TEXT
  ) STRICT;
  CREATE INDEX events_by_task ON events (task, number);

  -- The environment of each submit, until its last run is over. In no answer and no log.
  CREATE TABLE environments (table_number INTEGER PRIMARY KEY, variables TEXT NOT NULL) STRICT;

  CREATE TABLE idempotency (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    table_number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE profiles (key TEXT PRIMARY KEY, profile TEXT NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE usage (owner TEXT PRIMARY KEY, gpu_seconds REAL NOT NULL, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE gpu_switches (uuid TEXT PRIMARY KEY, is_on INTEGER NOT NULL, by TEXT, at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE promises (id TEXT PRIMARY KEY, promise TEXT NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- What message and text say, as data, for readers of other languages; null in rows from before.
  ALTER TABLE attempts ADD COLUMN remarks TEXT;
  ALTER TABLE events ADD COLUMN remarks TEXT;
  `,
];
