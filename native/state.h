/*
 * The stand-in's state: what the imagined driver knows, read anew from the file named by FLOWLINE_STANDIN_STATE
 * whenever that was replaced (written whole, then renamed). Lines of words, in NVML's units:
 *
 *   driver 550.90.07 12040 FAULT DELAY_MS HANG    what is not about a GPU answers FAULT; each call takes DELAY_MS; HANG 1 blocks all
 *   gpu KEY FAULT                                 each call on it answers FAULT (0: none; -1: it is not counted)
 *   text uuid GPU-5c2d...                         texts of the GPU above; the rest of the line
 *   figure power 61250                            figures of the GPU above; what is not named is not supported
 *   error power 999                               that figure answers an error
 *   hang power                                    that figure does not answer while this line is there
 *   process compute PID BYTES
 *   sample PID TIMESTAMP_US SM MEMORY ENCODER DECODER STALE
 *   event SEQUENCE CODE                           an Xid, told once a set, if SEQUENCE is above what that set told before
 */
#ifndef STATE_H
#define STATE_H

#define MAX_GPUS 64
#define MAX_PROCESSES 2048
#define MAX_EVENTS 256

#define FIGURES(X)                                                                                                        \
  X(memoryTotal) X(memoryUsed) X(memoryFree) X(memoryReserved) X(utilizationGpu) X(utilizationMemory) X(encoder)          \
  X(decoder) X(temperature) X(memoryTemperature) X(slowdownTemperature) X(shutdownTemperature) X(power) X(powerLimit)     \
  X(energy) X(fanCount) X(fan) X(clockGraphics) X(clockSm) X(clockMemory) X(clockVideo) X(maxClockGraphics)               \
  X(maxClockSm) X(maxClockMemory) X(maxClockVideo) X(performanceState) X(throttleReasons) X(pcieGeneration) X(pcieWidth)  \
  X(pcieMaxGeneration) X(pcieMaxWidth) X(pcieTransmit) X(pcieReceive) X(pcieReplays) X(eccMode) X(eccVolatileCorrected)   \
  X(eccVolatileUncorrected) X(eccAggregateCorrected) X(eccAggregateUncorrected) X(retiredSingleBit) X(retiredDoubleBit)   \
  X(retiredPending) X(remappedCorrectable) X(remappedUncorrectable) X(remappedPending) X(remappedFailed) X(migMode)       \
  X(persistenceMode) X(computeMode) X(recoveryAction) X(processes) X(events)
#define TEXTS(X) X(uuid) X(name) X(serial) X(vbios) X(pciBusId)
#define LISTS(X) X(compute) X(graphics) X(mps)

#define FIGURE(word) FIGURE_##word,
#define TEXT(word) TEXT_##word,
#define LIST(word) LIST_##word,
enum figure { FIGURES(FIGURE) FIGURE_COUNT };
enum text { TEXTS(TEXT) TEXT_COUNT };
enum list { LISTS(LIST) LIST_COUNT };

struct sample { unsigned pid; unsigned long long timestamp; unsigned sm, memory, encoder, decoder; int stale; };
struct event { int gpu; unsigned long long sequence, code; };

struct gpu {
  int counted, fault;
  char *texts[TEXT_COUNT];
  int present[FIGURE_COUNT];
  int errors[FIGURE_COUNT];
  int hangs[FIGURE_COUNT];
  unsigned long long values[FIGURE_COUNT];
  struct { unsigned pid; unsigned long long memory; enum list list; } processes[MAX_PROCESSES];
  int processCount;
  struct sample samples[MAX_PROCESSES];
  int sampleCount;
};

struct state {
  char driverVersion[80];
  int cudaVersion, fault, delayMs, hanging;
  struct gpu gpus[MAX_GPUS];
  struct event events[MAX_EVENTS];
  int eventCount;
};

/* What a caller made: the GPUs that he registered with it, how far it told, and whether one was lost. */
struct event_set { int isWatched[MAX_GPUS], isLost; unsigned long long toldSequence; };

extern struct state state;

/* Each call begins here: reads a replaced file, waits out hang and delay, and answers the GPU's or the driver's fault (0: none). */
int enterCall(struct gpu *gpu);
/* Waits for as long as this figure of the GPU hangs. */
void waitOut(struct gpu *gpu, enum figure figure);
/* Writes how many calls there were into the file named by FLOWLINE_STANDIN_CALLS, if it is: for benches. */
void tellCalls(void);
/* Events of the past are not told to a set made now. */
struct event_set *createEventSet(void);
/* The oldest event of a GPU of this set that it did not tell yet, or NULL. */
struct event *nextEvent(struct event_set *set);

#endif
