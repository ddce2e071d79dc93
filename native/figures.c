/* The stand-in's figures of a GPU: memory, utilisation, temperatures, power, clocks, PCIe, health, modes. */
#include "answer.h"

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
