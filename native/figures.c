/* The stand-in's figures of a GPU: memory, utilisation, temperatures, power, clocks, PCIe, health, modes. */
#include "answer.h"

#if GENERATION > 1
int nvmlDeviceGetMemoryInfo_v2(handle device, memory_v2 *memory) {
  u64 total;
  int result = answer(device, FIGURE_memoryTotal, &total);
  if (result != SUCCESS) return result;
  if (memory->version != MEMORY_V2) return ARGUMENT_VERSION_MISMATCH;
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
  if (temperature->version != TEMPERATURE_V1) return ARGUMENT_VERSION_MISMATCH;
  if (temperature->sensor != GPU_SENSOR) return INVALID_ARGUMENT;
  int result = answer(device, FIGURE_temperature, &value);
  if (result == SUCCESS) temperature->temperature = (int)value;
  return result;
}
#endif
int nvmlDeviceGetTemperature(handle device, u32 sensor, u32 *out) {
  return sensor == GPU_SENSOR ? answer32(device, FIGURE_temperature, out) : INVALID_ARGUMENT;
}
int nvmlDeviceGetTemperatureThreshold(handle device, u32 threshold, u32 *out) {
  switch (threshold) {
    case SHUTDOWN_THRESHOLD: return answer32(device, FIGURE_shutdownTemperature, out);
    case SLOWDOWN_THRESHOLD: return answer32(device, FIGURE_slowdownTemperature, out);
    default: return INVALID_ARGUMENT;
  }
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
  switch (type) {
    case GRAPHICS_CLOCK: return answer32(device, FIGURE_clockGraphics, megahertz);
    case SM_CLOCK: return answer32(device, FIGURE_clockSm, megahertz);
    case MEMORY_CLOCK: return answer32(device, FIGURE_clockMemory, megahertz);
    case VIDEO_CLOCK: return answer32(device, FIGURE_clockVideo, megahertz);
    default: return INVALID_ARGUMENT;
  }
}
int nvmlDeviceGetMaxClockInfo(handle device, u32 type, u32 *megahertz) {
  switch (type) {
    case GRAPHICS_CLOCK: return answer32(device, FIGURE_maxClockGraphics, megahertz);
    case SM_CLOCK: return answer32(device, FIGURE_maxClockSm, megahertz);
    case MEMORY_CLOCK: return answer32(device, FIGURE_maxClockMemory, megahertz);
    case VIDEO_CLOCK: return answer32(device, FIGURE_maxClockVideo, megahertz);
    default: return INVALID_ARGUMENT;
  }
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
/* In kB/s, as the GPU sees it. */
int nvmlDeviceGetPcieThroughput(handle device, u32 counter, u32 *out) {
  switch (counter) {
    case TRANSMITTED: return answer32(device, FIGURE_pcieTransmit, out);
    case RECEIVED: return answer32(device, FIGURE_pcieReceive, out);
    default: return INVALID_ARGUMENT;
  }
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
  if ((type != CORRECTED && type != UNCORRECTED) || (counter != VOLATILE && counter != AGGREGATE)) return INVALID_ARGUMENT;
  enum figure corrected = counter == VOLATILE ? FIGURE_eccVolatileCorrected : FIGURE_eccAggregateCorrected;
  enum figure uncorrected = counter == VOLATILE ? FIGURE_eccVolatileUncorrected : FIGURE_eccAggregateUncorrected;
  return answer(device, type == CORRECTED ? corrected : uncorrected, count);
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
  if (cause != MANY_SINGLE_BIT_ERRORS && cause != DOUBLE_BIT_ERROR) return INVALID_ARGUMENT;
  int result = answer(device, cause == DOUBLE_BIT_ERROR ? FIGURE_retiredDoubleBit : FIGURE_retiredSingleBit, &pages);
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

/* Fields by number; each tells its own result. PCIe replays come as the wider number, the others as the usual one. */
int nvmlDeviceGetFieldValues(handle device, int count, field_value *values) {
  for (int i = 0; i < count; i++) {
    u32 value = 0;
    values[i].type = UNSIGNED_INT_VALUE;
    switch (values[i].field) {
      case MEMORY_TEMPERATURE_FIELD: values[i].result = answer32(device, FIGURE_memoryTemperature, &value); break;
      case PCIE_REPLAYS_FIELD:
        values[i].result = answer32(device, FIGURE_pcieReplays, &value);
        values[i].type = UNSIGNED_LONG_LONG_VALUE;
        break;
      case RECOVERY_ACTION_FIELD: values[i].result = answer32(device, FIGURE_recoveryAction, &value); break;
      default: values[i].result = NOT_SUPPORTED;
    }
    values[i].value.l = value;
  }
  return enterCall(device);
}
