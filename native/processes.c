/* The stand-in's processes: three lists in three layouts, and what each process used of the GPU. */
#include "answer.h"

#include <stddef.h>
#include <string.h>

static int countProcesses(handle device, enum list list) {
  int count = 0;
  for (int i = 0; i < device->processCount; i++) count += device->processes[i].list == list;
  return count;
}

#define LIST_PROCESSES(structure, fill)                                             \
  u64 isListed;                                                                     \
  int fault = answer(device, FIGURE_processes, &isListed);                          \
  if (fault != SUCCESS) return fault;                                               \
  u32 room = *count, found = 0;                                                     \
  *count = countProcesses(device, list);                                            \
  if (room < *count) return INSUFFICIENT_SIZE;                                      \
  if (CLEARS) memset(out, 0, room * sizeof *out);                                   \
  for (int i = 0; i < device->processCount; i++) {                                  \
    if (device->processes[i].list != list) continue;                                \
    structure *process = &out[found++];                                             \
    fill;                                                                           \
  }                                                                                 \
  return SUCCESS

static int listFirst(handle device, enum list list, u32 *count, process_v1 *out) {
  LIST_PROCESSES(process_v1, (process->pid = device->processes[i].pid, process->memory = device->processes[i].memory));
}
#if GENERATION > 1
static int listSecond(handle device, enum list list, u32 *count, process_v2 *out) {
  LIST_PROCESSES(process_v2, (process->pid = device->processes[i].pid, process->memory = device->processes[i].memory,
                              process->gpuInstance = process->computeInstance = ~0u));
}
#endif
#if PROCESSES_V3 == 3
static int listThird(handle device, enum list list, u32 *count, process_v3 *out) {
  LIST_PROCESSES(process_v3, (process->pid = device->processes[i].pid, process->memory = device->processes[i].memory,
                              process->gpuInstance = process->computeInstance = ~0u, process->protectedMemory = 0));
}
#endif

#define PROCESS_CALLS(suffix, structure, read)                                                                                      \
  int nvmlDeviceGetComputeRunningProcesses##suffix(handle d, u32 *n, structure *out) { return read(d, LIST_compute, n, out); }      \
  int nvmlDeviceGetGraphicsRunningProcesses##suffix(handle d, u32 *n, structure *out) { return read(d, LIST_graphics, n, out); }    \
  int nvmlDeviceGetMPSComputeRunningProcesses##suffix(handle d, u32 *n, structure *out) { return read(d, LIST_mps, n, out); }
#if GENERATION > 2 && PROCESSES_V3 == 1
PROCESS_CALLS(_v3, process_v1, listFirst)
#elif GENERATION > 2 && PROCESSES_V3 == 3
PROCESS_CALLS(_v3, process_v3, listThird)
#elif GENERATION > 2
PROCESS_CALLS(_v3, process_v2, listSecond)
#endif
#if GENERATION > 1
PROCESS_CALLS(_v2, process_v2, listSecond)
#endif
PROCESS_CALLS(, process_v1, listFirst)

int nvmlDeviceGetProcessUtilization(handle device, process_sample *out, u32 *count, u64 lastSeenTimestamp) {
  int fault = enterCall(device);
  if (fault != SUCCESS) return fault;
  u32 room = *count, found = 0;
  for (int i = 0; i < device->sampleCount; i++) {
    struct sample *sample = &device->samples[i];
    /* `stale` ones are given whatever was asked for, as some drivers do. */
    if (!sample->stale && sample->timestamp <= lastSeenTimestamp) continue;
    if (found < room) {
      out[found] = (process_sample){ sample->pid, sample->timestamp, sample->sm, sample->memory, sample->encoder, sample->decoder };
    }
    found++;
  }
  *count = found;
  if (found == 0) return NOT_FOUND;
  return found > room ? INSUFFICIENT_SIZE : SUCCESS;
}
