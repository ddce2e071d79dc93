/* Reads the stand-in's state file (described in state.h). A line that it does not know ends the process: a test's mistake. */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define WORD(word) #word,
static const char *const figureWords[] = { FIGURES(WORD) };
static const char *const textWords[] = { TEXTS(WORD) };
static const char *const listWords[] = { LISTS(WORD) };

struct state state;
static struct stat seen;
static unsigned long long callCount;

static void fail(const char *what, const char *line) {
  fprintf(stderr, "stand-in state: %s: %s\n", what, line);
  abort();
}

static int find(const char *word, const char *const *words, int count) {
  for (int i = 0; i < count; i++) {
    if (strcmp(word, words[i]) == 0) return i;
  }
  fail("unknown word", word);
  return -1;
}

static void forgetGpus(void) {
  for (int i = 0; i < MAX_GPUS; i++) {
    struct gpu *gpu = &state.gpus[i];
    for (int j = 0; j < TEXT_COUNT; j++) free(gpu->texts[j]), gpu->texts[j] = NULL;
    memset(gpu->present, 0, sizeof gpu->present);
    memset(gpu->errors, 0, sizeof gpu->errors);
    memset(gpu->hangs, 0, sizeof gpu->hangs);
    memset(gpu->values, 0, sizeof gpu->values);
    gpu->counted = gpu->processCount = gpu->sampleCount = 0;
    gpu->fault = 15; /* A handle to a GPU that is no longer there: lost. */
  }
  state.eventCount = 0;
}

static struct gpu *readGpu(const char *line) {
  int key, fault;
  if (sscanf(line, "gpu %d %d", &key, &fault) != 2 || key < 0 || key >= MAX_GPUS) fail("bad gpu", line);
  struct gpu *gpu = &state.gpus[key];
  gpu->counted = fault != -1;
  gpu->fault = fault == -1 ? 15 : fault;
  return gpu;
}

static void readLine(const char *line, struct gpu **current) {
  char word[32];
  int offset = 0;
  unsigned long long number;
  struct gpu *gpu = *current;
  if (sscanf(line, "driver %79s %d %d %d %d", state.driverVersion, &state.cudaVersion, &state.fault, &state.delayMs,
             &state.hanging) == 5) {
    return;
  }
  if (strncmp(line, "gpu ", 4) == 0) {
    *current = readGpu(line);
    return;
  }
  if (gpu == NULL) fail("no gpu above", line);
  if (sscanf(line, "text %31s %n", word, &offset) == 1 && offset > 0) {
    gpu->texts[find(word, textWords, TEXT_COUNT)] = strdup(line + offset);
  } else if (sscanf(line, "figure %31s %llu", word, &number) == 2) {
    int figure = find(word, figureWords, FIGURE_COUNT);
    gpu->present[figure] = 1;
    gpu->values[figure] = number;
  } else if (sscanf(line, "error %31s %llu", word, &number) == 2) {
    gpu->errors[find(word, figureWords, FIGURE_COUNT)] = (int)number;
  } else if (sscanf(line, "hang %31s", word) == 1) {
    gpu->hangs[find(word, figureWords, FIGURE_COUNT)] = 1;
  } else if (strncmp(line, "process ", 8) == 0) {
    int at = gpu->processCount++;
    if (at >= MAX_PROCESSES) fail("too many processes", line);
    if (sscanf(line, "process %31s %u %llu", word, &gpu->processes[at].pid, &gpu->processes[at].memory) != 3) fail("bad process", line);
    gpu->processes[at].list = find(word, listWords, LIST_COUNT);
  } else if (strncmp(line, "sample ", 7) == 0) {
    struct sample *sample = &gpu->samples[gpu->sampleCount++];
    if (gpu->sampleCount > MAX_PROCESSES) fail("too many samples", line);
    if (sscanf(line, "sample %u %llu %u %u %u %u %d", &sample->pid, &sample->timestamp, &sample->sm, &sample->memory, &sample->encoder,
               &sample->decoder, &sample->stale) != 7) {
      fail("bad sample", line);
    }
  } else if (strncmp(line, "event ", 6) == 0) {
    struct event *event = &state.events[state.eventCount++];
    if (state.eventCount > MAX_EVENTS) fail("too many events", line);
    if (sscanf(line, "event %llu %llu", &event->sequence, &event->code) != 2) fail("bad event", line);
    event->gpu = (int)(gpu - state.gpus);
  } else {
    fail("unknown line", line);
  }
}

static void readState(void) {
  const char *path = getenv("FLOWLINE_STANDIN_STATE");
  struct stat now;
  if (path == NULL || stat(path, &now) != 0) fail("no state file", path == NULL ? "FLOWLINE_STANDIN_STATE is unset" : path);
  if (now.st_ino == seen.st_ino && now.st_size == seen.st_size && now.st_mtim.tv_sec == seen.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == seen.st_mtim.tv_nsec) {
    return;
  }
  FILE *file = fopen(path, "r");
  if (file == NULL) fail("cannot open", path);
  seen = now;
  forgetGpus();
  struct gpu *current = NULL;
  char line[512];
  while (fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    readLine(line, &current);
  }
  fclose(file);
}

static void pauseMs(int milliseconds) {
  struct timespec pause = { milliseconds / 1000, milliseconds % 1000 * 1000000L };
  nanosleep(&pause, NULL);
}

static void enter(void) {
  callCount++;
  readState();
  while (state.hanging) {
    pauseMs(10);
    readState();
  }
  if (state.delayMs > 0) pauseMs(state.delayMs);
}

void waitOut(struct gpu *gpu, enum figure figure) {
  while (gpu->hangs[figure]) {
    pauseMs(10);
    readState();
  }
}

int enterCall(struct gpu *gpu) {
  enter();
  return gpu == NULL ? state.fault : gpu->fault;
}

void tellCalls(void) {
  const char *path = getenv("FLOWLINE_STANDIN_CALLS");
  FILE *file = path == NULL || *path == '\0' ? NULL : fopen(path, "w");
  if (file == NULL) return;
  fprintf(file, "%llu\n", callCount);
  fclose(file);
}

struct event_set *createEventSet(void) {
  struct event_set *set = calloc(1, sizeof *set);
  for (int i = 0; i < state.eventCount; i++) {
    if (state.events[i].sequence > set->toldSequence) set->toldSequence = state.events[i].sequence;
  }
  return set;
}

struct event *nextEvent(struct event_set *set) {
  struct event *oldest = NULL;
  for (int i = 0; i < state.eventCount; i++) {
    struct event *event = &state.events[i];
    if (!set->isWatched[event->gpu] || event->sequence <= set->toldSequence) continue;
    if (oldest == NULL || event->sequence < oldest->sequence) oldest = event;
  }
  if (oldest != NULL) set->toldSequence = oldest->sequence;
  return oldest;
}
