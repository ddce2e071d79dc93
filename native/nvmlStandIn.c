/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1, driven by a state file, so that the real foreign-function path (symbols,
 * structure layouts, return codes) is tested on machines without a GPU. What each call answers is the state's affair:
 * state.h tells its lines, test/support/standInState.ts writes them. Here: the library, the driver, what a GPU is, and
 * its events; figures.c and processes.c have the rest.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"

int answer(handle device, enum figure figure, u64 *value) {
  int fault = enterCall(device);
  waitOut(device, figure);
  if (fault != SUCCESS) return fault;
  if (device->errors[figure] != SUCCESS) return device->errors[figure];
  if (!device->present[figure]) return NOT_SUPPORTED;
  *value = device->values[figure];
  return SUCCESS;
}

int answer32(handle device, enum figure figure, u32 *out) {
  u64 value;
  int result = answer(device, figure, &value);
  if (result == SUCCESS) *out = (u32)value;
  return result;
}

int answerText(handle device, enum text text, char *out, u32 length) {
  int fault = enterCall(device);
  if (fault != SUCCESS) return fault;
  if (device->texts[text] == NULL) return NOT_SUPPORTED;
  if (strlen(device->texts[text]) + 1 > length) return INSUFFICIENT_SIZE;
  strcpy(out, device->texts[text]);
  return SUCCESS;
}

/* ---- The library and the driver ---- */

#if GENERATION > 1
int nvmlInit_v2(void) { return enterCall(NULL); }
#endif
int nvmlInit(void) { return enterCall(NULL); }
int nvmlShutdown(void) { return tellCalls(), SUCCESS; }

const char *nvmlErrorString(int result) {
  switch (result) {
    case 0: return "The operation was successful";
    case 2: return "Invalid Argument";
    case 3: return "Not Supported";
    case 4: return "Insufficient Permissions";
    case 9: return "Driver Not Loaded";
    case 15: return "GPU is lost";
    case 16: return "GPU requires reset";
    case 18: return "Driver/library version mismatch";
    default: return "Unknown Error";
  }
}

int nvmlSystemGetDriverVersion(char *version, u32 length) {
  int fault = enterCall(NULL);
  if (fault != SUCCESS) return fault;
  snprintf(version, length, "%s", state.driverVersion);
  return SUCCESS;
}

static int cudaVersion(int *version) {
  int fault = enterCall(NULL);
  if (fault == SUCCESS) *version = state.cudaVersion;
  return fault;
}
#if GENERATION > 1
int nvmlSystemGetCudaDriverVersion_v2(int *version) { return cudaVersion(version); }
#endif
int nvmlSystemGetCudaDriverVersion(int *version) { return cudaVersion(version); }

static int deviceCount(u32 *count) {
  int fault = enterCall(NULL);
  if (fault != SUCCESS) return fault;
  *count = 0;
  for (int i = 0; i < MAX_GPUS; i++) *count += state.gpus[i].counted;
  return SUCCESS;
}

static int deviceByIndex(u32 index, handle *device) {
  int fault = enterCall(NULL);
  if (fault != SUCCESS) return fault;
  for (int i = 0; i < MAX_GPUS; i++) {
    if (!state.gpus[i].counted || index-- > 0) continue;
    *device = &state.gpus[i];
    return state.gpus[i].fault;
  }
  return INVALID_ARGUMENT;
}
#if GENERATION > 1
int nvmlDeviceGetCount_v2(u32 *count) { return deviceCount(count); }
int nvmlDeviceGetHandleByIndex_v2(u32 index, handle *device) { return deviceByIndex(index, device); }
#endif
int nvmlDeviceGetCount(u32 *count) { return deviceCount(count); }
int nvmlDeviceGetHandleByIndex(u32 index, handle *device) { return deviceByIndex(index, device); }

/* ---- What a GPU is ---- */

int nvmlDeviceGetName(handle device, char *out, u32 length) { return answerText(device, TEXT_name, out, length); }
int nvmlDeviceGetUUID(handle device, char *out, u32 length) { return answerText(device, TEXT_uuid, out, length); }
int nvmlDeviceGetSerial(handle device, char *out, u32 length) { return answerText(device, TEXT_serial, out, length); }
int nvmlDeviceGetVbiosVersion(handle device, char *out, u32 length) { return answerText(device, TEXT_vbios, out, length); }

static int pciInfo(handle device, pci_info *info) {
  char busId[32];
  int result = answerText(device, TEXT_pciBusId, busId, sizeof busId);
  if (result != SUCCESS) return result;
  memset(info, 0, sizeof *info);
  snprintf(info->busId, sizeof info->busId, "%s", busId);
  /* With half of the domain's letters, as `0000:18:00.0`. */
  size_t length = strlen(busId);
  snprintf(info->legacyBusId, sizeof info->legacyBusId, "%.15s", length == 16 ? busId + 4 : busId);
  return SUCCESS;
}
#if GENERATION > 1
int nvmlDeviceGetPciInfo_v3(handle device, pci_info *info) { return pciInfo(device, info); }
#endif
#if GENERATION == 1
/* The first layout ends before the longer bus id. */
int nvmlDeviceGetPciInfo(handle device, pci_info *info) {
  pci_info whole;
  int result = pciInfo(device, &whole);
  if (result == SUCCESS) memcpy(info, &whole, offsetof(pci_info, subsystemId));
  return result;
}
#endif

/* ---- Events ---- */

int nvmlEventSetCreate(struct event_set **set) {
  int fault = enterCall(NULL);
  *set = createEventSet();
  return fault;
}
int nvmlEventSetFree(struct event_set *set) { return free(set), SUCCESS; }
int nvmlDeviceRegisterEvents(handle device, u64 types, struct event_set *set) {
  int fault = enterCall(device);
  if (fault != SUCCESS) return fault;
  if (types != XID_EVENT) return NOT_SUPPORTED;
  if (device->errors[FIGURE_events] != SUCCESS) return device->errors[FIGURE_events];
  set->isWatched[device - state.gpus] = 1;
  return SUCCESS;
}
/* A lost GPU answers for its whole set, for good: what the others have to tell is held back. */
static int waitForEvent(struct event_set *set, event_data *data) {
  int fault = enterCall(NULL);
  if (fault != SUCCESS) return fault;
  for (int i = 0; i < MAX_GPUS; i++) {
    if (!set->isWatched[i]) continue;
    waitOut(&state.gpus[i], FIGURE_events);
    if (state.gpus[i].fault == GPU_IS_LOST) set->isLost = 1;
  }
  if (set->isLost) return GPU_IS_LOST;
  struct event *event = nextEvent(set);
  if (event == NULL) return TIMEOUT;
  *data = (event_data){ &state.gpus[event->gpu], XID_EVENT, event->code, ~0u, ~0u };
  return SUCCESS;
}
#if GENERATION > 1
int nvmlEventSetWait_v2(struct event_set *set, event_data *data, u32 timeoutMs) { return (void)timeoutMs, waitForEvent(set, data); }
#endif
int nvmlEventSetWait(struct event_set *set, event_data *data, u32 timeoutMs) { return (void)timeoutMs, waitForEvent(set, data); }
