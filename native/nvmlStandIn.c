/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1, driven by a state file, so that the real foreign-function path (symbols,
 * structure layouts, return codes) is tested on machines without a GPU. The layouts follow NVIDIA's public nvml.h;
 * what each call answers is the state's affair: state.h reads it, test/support/standInState.ts writes it.
 *
 * GENERATION says how old a library it plays: 3 has everything, 2 lacks the newest calls, 1 has only the first ones.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "state.h"

#ifndef GENERATION
#define GENERATION 3
#endif

typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct gpu *handle;

typedef struct { u64 total, free, used; } memory_v1;
typedef struct { u32 version; u64 total, reserved, free, used; } memory_v2;
typedef struct { u32 gpu, memory; } utilization;
typedef struct { u32 version, sensor; int temperature; } temperature_v1;
typedef struct { char legacyBusId[16]; u32 domain, bus, device, deviceId, subsystemId; char busId[32]; } pci_info;
typedef struct { u32 pid; u64 memory; } process_v1;
typedef struct { u32 pid; u64 memory; u32 gpuInstance, computeInstance; } process_v2;
typedef struct { u32 pid; u64 timestamp; u32 sm, memory, encoder, decoder; } process_sample;
typedef struct { u64 l1Cache, l2Cache, deviceMemory, registerFile; } ecc_counts;
typedef struct { u32 field, scope; long long timestamp, latency; u32 type; int result; union { u32 u; u64 l; } value; } field_value;
typedef struct { handle device; u64 type, data; u32 gpuInstance, computeInstance; } event_data;

enum {
  SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, TIMEOUT = 10, GPU_IS_LOST = 15,
  ARGUMENT_VERSION_MISMATCH = 25
};

/* What a figure of a GPU answers: its fault, the error asked for, its value, or that the card does not support it. */
static int answer(handle device, enum figure figure, u64 *value) {
  int fault = enterCall(device);
  if (fault != SUCCESS) return fault;
  if (device->errors[figure] != SUCCESS) return device->errors[figure];
  if (!device->present[figure]) return NOT_SUPPORTED;
  *value = device->values[figure];
  return SUCCESS;
}

static int answer32(handle device, enum figure figure, u32 *out) {
  u64 value;
  int result = answer(device, figure, &value);
  if (result == SUCCESS) *out = (u32)value;
  return result;
}

static int answerText(handle device, enum text text, char *out, u32 length) {
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
int nvmlShutdown(void) { return SUCCESS; }

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
  snprintf(info->legacyBusId, sizeof info->legacyBusId, "%.15s", busId);
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

/* ---- Figures ---- */

#if GENERATION > 1
int nvmlDeviceGetMemoryInfo_v2(handle device, memory_v2 *memory) {
  u64 total;
  int result = answer(device, FIGURE_memoryTotal, &total);
  if (result != SUCCESS) return result;
  if (memory->version != (sizeof *memory | 2u << 24)) return ARGUMENT_VERSION_MISMATCH;
  memory->total = total;
  memory->reserved = device->values[FIGURE_memoryReserved];
  memory->free = device->values[FIGURE_memoryFree];
  memory->used = device->values[FIGURE_memoryUsed];
  return SUCCESS;
}
#endif
int nvmlDeviceGetMemoryInfo(handle device, memory_v1 *memory) {
  u64 total;
  int result = answer(device, FIGURE_memoryTotal, &total);
  if (result != SUCCESS) return result;
  memory->total = total;
  memory->free = device->values[FIGURE_memoryFree];
  memory->used = device->values[FIGURE_memoryUsed] + device->values[FIGURE_memoryReserved];
  return SUCCESS;
}

int nvmlDeviceGetUtilizationRates(handle device, utilization *out) {
  u64 gpu;
  int result = answer(device, FIGURE_utilizationGpu, &gpu);
  if (result != SUCCESS) return result;
  out->gpu = (u32)gpu;
  out->memory = (u32)device->values[FIGURE_utilizationMemory];
  return SUCCESS;
}

int nvmlDeviceGetEncoderUtilization(handle device, u32 *out, u32 *periodUs) {
  *periodUs = 167000;
  return answer32(device, FIGURE_encoder, out);
}
int nvmlDeviceGetDecoderUtilization(handle device, u32 *out, u32 *periodUs) {
  *periodUs = 167000;
  return answer32(device, FIGURE_decoder, out);
}

#if GENERATION > 2
int nvmlDeviceGetTemperatureV(handle device, temperature_v1 *temperature) {
  u64 value;
  if (temperature->version != (sizeof *temperature | 1u << 24)) return ARGUMENT_VERSION_MISMATCH;
  int result = answer(device, FIGURE_temperature, &value);
  if (result == SUCCESS) temperature->temperature = (int)value;
  return result;
}
#endif
int nvmlDeviceGetTemperature(handle device, u32 sensor, u32 *out) {
  return sensor == 0 ? answer32(device, FIGURE_temperature, out) : INVALID_ARGUMENT;
}
int nvmlDeviceGetTemperatureThreshold(handle device, u32 threshold, u32 *out) {
  if (threshold > 1) return INVALID_ARGUMENT;
  return answer32(device, threshold == 0 ? FIGURE_shutdownTemperature : FIGURE_slowdownTemperature, out);
}

int nvmlDeviceGetPowerUsage(handle device, u32 *milliwatts) { return answer32(device, FIGURE_power, milliwatts); }
#if GENERATION > 1
int nvmlDeviceGetEnforcedPowerLimit(handle device, u32 *milliwatts) { return answer32(device, FIGURE_powerLimit, milliwatts); }
#endif
int nvmlDeviceGetPowerManagementLimit(handle device, u32 *milliwatts) { return answer32(device, FIGURE_powerLimit, milliwatts); }
int nvmlDeviceGetTotalEnergyConsumption(handle device, u64 *millijoules) { return answer(device, FIGURE_energy, millijoules); }

#if GENERATION > 1
int nvmlDeviceGetNumFans(handle device, u32 *count) { return answer32(device, FIGURE_fanCount, count); }
/* The last fan is the fastest; the others turn at half its speed. */
int nvmlDeviceGetFanSpeed_v2(handle device, u32 fan, u32 *percent) {
  int result = answer32(device, FIGURE_fan, percent);
  if (result == SUCCESS && fan + 1 < device->values[FIGURE_fanCount]) *percent /= 2;
  return result;
}
#endif
int nvmlDeviceGetFanSpeed(handle device, u32 *percent) { return answer32(device, FIGURE_fan, percent); }

int nvmlDeviceGetClockInfo(handle device, u32 type, u32 *megahertz) {
  return type > 3 ? INVALID_ARGUMENT : answer32(device, FIGURE_clockGraphics + type, megahertz);
}
int nvmlDeviceGetMaxClockInfo(handle device, u32 type, u32 *megahertz) {
  return type > 3 ? INVALID_ARGUMENT : answer32(device, FIGURE_maxClockGraphics + type, megahertz);
}
int nvmlDeviceGetPerformanceState(handle device, u32 *out) { return answer32(device, FIGURE_performanceState, out); }

#if GENERATION > 2
int nvmlDeviceGetCurrentClocksEventReasons(handle device, u64 *bits) { return answer(device, FIGURE_throttleReasons, bits); }
#endif
int nvmlDeviceGetCurrentClocksThrottleReasons(handle device, u64 *bits) { return answer(device, FIGURE_throttleReasons, bits); }

int nvmlDeviceGetCurrPcieLinkGeneration(handle device, u32 *out) { return answer32(device, FIGURE_pcieGeneration, out); }
int nvmlDeviceGetCurrPcieLinkWidth(handle device, u32 *out) { return answer32(device, FIGURE_pcieWidth, out); }
int nvmlDeviceGetMaxPcieLinkGeneration(handle device, u32 *out) { return answer32(device, FIGURE_pcieMaxGeneration, out); }
int nvmlDeviceGetMaxPcieLinkWidth(handle device, u32 *out) { return answer32(device, FIGURE_pcieMaxWidth, out); }
/* In kB/s; counter 0 is what the GPU transmits, 1 what it receives. */
int nvmlDeviceGetPcieThroughput(handle device, u32 counter, u32 *out) {
  return counter > 1 ? INVALID_ARGUMENT : answer32(device, counter == 0 ? FIGURE_pcieTransmit : FIGURE_pcieReceive, out);
}
#if GENERATION > 1
int nvmlDeviceGetPcieReplayCounter(handle device, u32 *out) { return answer32(device, FIGURE_pcieReplays, out); }
#endif

int nvmlDeviceGetEccMode(handle device, u32 *current, u32 *pending) {
  int result = answer32(device, FIGURE_eccMode, current);
  if (result == SUCCESS) *pending = *current;
  return result;
}
static int eccTotal(handle device, u32 type, u32 counter, u64 *count) {
  if (type > 1 || counter > 1) return INVALID_ARGUMENT;
  return answer(device, FIGURE_eccVolatileCorrected + counter * 2 + type, count);
}
#if GENERATION > 1
int nvmlDeviceGetTotalEccErrors(handle device, u32 type, u32 counter, u64 *count) { return eccTotal(device, type, counter, count); }
#endif
/* The parts are made up; only their sum is the state's. */
int nvmlDeviceGetDetailedEccErrors(handle device, u32 type, u32 counter, ecc_counts *counts) {
  u64 total;
  int result = eccTotal(device, type, counter, &total);
  if (result != SUCCESS) return result;
  counts->l1Cache = total / 4;
  counts->l2Cache = total / 8;
  counts->registerFile = total / 16;
  counts->deviceMemory = total - counts->l1Cache - counts->l2Cache - counts->registerFile;
  return SUCCESS;
}

static int retiredPages(handle device, u32 cause, u32 *count) {
  u64 pages;
  if (cause > 1) return INVALID_ARGUMENT;
  int result = answer(device, cause == 0 ? FIGURE_retiredSingleBit : FIGURE_retiredDoubleBit, &pages);
  if (result != SUCCESS) return result;
  result = *count < pages ? INSUFFICIENT_SIZE : SUCCESS;
  *count = (u32)pages;
  return result;
}
#if GENERATION > 1
int nvmlDeviceGetRetiredPages_v2(handle device, u32 cause, u32 *count, u64 *addresses, u64 *timestamps) {
  (void)addresses, (void)timestamps;
  return retiredPages(device, cause, count);
}
#endif
int nvmlDeviceGetRetiredPages(handle device, u32 cause, u32 *count, u64 *addresses) {
  (void)addresses;
  return retiredPages(device, cause, count);
}
int nvmlDeviceGetRetiredPagesPendingStatus(handle device, u32 *pending) { return answer32(device, FIGURE_retiredPending, pending); }

#if GENERATION > 1
int nvmlDeviceGetRemappedRows(handle device, u32 *correctable, u32 *uncorrectable, u32 *pending, u32 *failed) {
  int result = answer32(device, FIGURE_remappedCorrectable, correctable);
  if (result != SUCCESS) return result;
  *uncorrectable = (u32)device->values[FIGURE_remappedUncorrectable];
  *pending = (u32)device->values[FIGURE_remappedPending];
  *failed = (u32)device->values[FIGURE_remappedFailed];
  return SUCCESS;
}
int nvmlDeviceGetMigMode(handle device, u32 *current, u32 *pending) {
  int result = answer32(device, FIGURE_migMode, current);
  if (result == SUCCESS) *pending = *current;
  return result;
}
#endif
int nvmlDeviceGetPersistenceMode(handle device, u32 *mode) { return answer32(device, FIGURE_persistenceMode, mode); }
int nvmlDeviceGetComputeMode(handle device, u32 *mode) { return answer32(device, FIGURE_computeMode, mode); }

/* Fields by number: 82 memory temperature, 94 PCIe replays, 230 recovery action; each tells its own result. */
int nvmlDeviceGetFieldValues(handle device, int count, field_value *values) {
  for (int i = 0; i < count; i++) {
    u32 value = 0;
    switch (values[i].field) {
      case 82: values[i].result = answer32(device, FIGURE_memoryTemperature, &value); break;
      case 94: values[i].result = answer32(device, FIGURE_pcieReplays, &value); break;
      case 230: values[i].result = answer32(device, FIGURE_recoveryAction, &value); break;
      default: values[i].result = NOT_SUPPORTED;
    }
    values[i].type = 1;
    values[i].value.u = value;
  }
  return enterCall(device);
}

/* ---- Processes ---- */

static int countProcesses(handle device, enum list list) {
  int count = 0;
  for (int i = 0; i < device->processCount; i++) count += device->processes[i].list == list;
  return count;
}

#define LIST_PROCESSES(structure, fill)                                             \
  int fault = enterCall(device);                                                    \
  if (fault != SUCCESS) return fault;                                               \
  if (!device->present[FIGURE_processes]) return NOT_SUPPORTED;                     \
  u32 room = *count, found = 0;                                                     \
  *count = countProcesses(device, list);                                            \
  if (room < *count) return INSUFFICIENT_SIZE;                                      \
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

#define PROCESS_CALLS(suffix, structure, read)                                                                                      \
  int nvmlDeviceGetComputeRunningProcesses##suffix(handle d, u32 *n, structure *out) { return read(d, LIST_compute, n, out); }      \
  int nvmlDeviceGetGraphicsRunningProcesses##suffix(handle d, u32 *n, structure *out) { return read(d, LIST_graphics, n, out); }    \
  int nvmlDeviceGetMPSComputeRunningProcesses##suffix(handle d, u32 *n, structure *out) { return read(d, LIST_mps, n, out); }
#if GENERATION > 2
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

/* ---- Events ---- */

int nvmlEventSetCreate(void **set) {
  int fault = enterCall(NULL);
  *set = &state;
  forgetEvents();
  return fault;
}
int nvmlEventSetFree(void *set) { return (void)set, SUCCESS; }
int nvmlDeviceRegisterEvents(handle device, u64 types, void *set) {
  (void)types, (void)set;
  return enterCall(device);
}
static int waitForEvent(event_data *data) {
  int fault = enterCall(NULL);
  if (fault != SUCCESS) return fault;
  struct event *event = nextEvent();
  if (event == NULL) return TIMEOUT;
  *data = (event_data){ &state.gpus[event->gpu], 8, event->code, ~0u, ~0u };
  return SUCCESS;
}
#if GENERATION > 1
int nvmlEventSetWait_v2(void *set, event_data *data, u32 timeoutMs) { return (void)set, (void)timeoutMs, waitForEvent(data); }
#endif
int nvmlEventSetWait(void *set, event_data *data, u32 timeoutMs) { return (void)set, (void)timeoutMs, waitForEvent(data); }
