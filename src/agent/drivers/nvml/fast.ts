/** What changes from second to second: memory, utilisation, temperature, power, clocks. */
import type { GpuReading } from '../../../model/gpu.ts';
import { number32, number64, signed32 } from './bytes.ts';
import { gave, out, type Probe, second } from './probe.ts';
import { SUCCESS } from './returns.ts';
import { knownPerformanceState, throttleReasonWords } from './words.ts';

/** nvmlMemory_v2_t: version, then total, reserved, free and used, 64 bits each. 40 bytes, second version. */
const MEMORY_SECOND_VERSION = 40 | (2 << 24);
/** nvmlTemperature_v1_t: version, sensor, temperature. 12 bytes, first version. */
const TEMPERATURE_VERSION = 12 | (1 << 24);
const GPU_SENSOR = 0;

const GRAPHICS_CLOCK = 0;
const SM_CLOCK = 1;
const MEMORY_CLOCK = 2;
const VIDEO_CLOCK = 3;

/**
 * Fills `reading` in place; what the driver does not give is null, and why is kept in the probe. NVML’s mW become
 * watts; its °C, MHz, percent and bytes stay. A card that is lost at the first call is asked no more, and its old
 * figures are the caller’s to blank.
 */
export function readFast(probe: Probe, reading: GpuReading): void {
  const { calls } = probe.nvml;
  const { device } = probe;
  readMemory(probe, reading);
  if (probe.lost) return;
  const utilization = gave(probe, 'utilisation', calls.utilization(device, out));
  reading.utilizationPercent = utilization ? number32(out, 0) : null;
  reading.memoryUtilizationPercent = utilization ? number32(out, 1) : null;
  const encoder = gave(probe, 'encoder utilisation', calls.encoderUtilization(device, out, second));
  reading.encoderUtilizationPercent = encoder ? number32(out) : null;
  const decoder = gave(probe, 'decoder utilisation', calls.decoderUtilization(device, out, second));
  reading.decoderUtilizationPercent = decoder ? number32(out) : null;
  reading.temperatureCelsius = readTemperature(probe);
  const milliwatts = gave(probe, 'power', calls.power(device, out)) ? number32(out) : null;
  reading.powerWatts = milliwatts === null ? null : milliwatts / 1000;
  reading.graphicsClockMHz = readClock(probe, GRAPHICS_CLOCK);
  reading.smClockMHz = readClock(probe, SM_CLOCK);
  reading.memoryClockMHz = readClock(probe, MEMORY_CLOCK);
  reading.videoClockMHz = readClock(probe, VIDEO_CLOCK);
  const performance = gave(probe, 'performance state', calls.performanceState(device, out));
  reading.performanceState = performance ? knownPerformanceState(number32(out)) : null;
  const throttle = gave(probe, 'throttle reasons', calls.throttleReasons(device, out)) ? number64(out) : null;
  reading.throttleReasons = throttle === null ? null : throttleReasonWords(throttle);
}

/** The second call tells the driver's own part apart; the first counts it as used and cannot say how much it is. */
function readMemory(probe: Probe, reading: GpuReading): void {
  const { calls } = probe.nvml;
  out[0] = MEMORY_SECOND_VERSION;
  if (calls.memorySecond(probe.device, out) === SUCCESS) {
    probe.answered += 1;
    reading.memoryTotalBytes = number64(out, 2);
    reading.memoryReservedBytes = number64(out, 4);
    reading.memoryFreeBytes = number64(out, 6);
    reading.memoryUsedBytes = number64(out, 8);
    return;
  }
  const first = gave(probe, 'memory', calls.memoryFirst(probe.device, out));
  reading.memoryTotalBytes = first ? number64(out, 0) : null;
  reading.memoryFreeBytes = first ? number64(out, 2) : null;
  reading.memoryUsedBytes = first ? number64(out, 4) : null;
  reading.memoryReservedBytes = null;
}

function readTemperature(probe: Probe): number | null {
  const { calls } = probe.nvml;
  out[0] = TEMPERATURE_VERSION;
  out[1] = GPU_SENSOR;
  if (calls.temperatureStructure(probe.device, out) === SUCCESS) {
    probe.answered += 1;
    return signed32(out, 2);
  }
  const result = calls.temperature(probe.device, GPU_SENSOR, out);
  // An unsigned number by its declaration; below freezing it is a negative one all the same.
  return gave(probe, 'temperature', result) ? signed32(out) : null;
}

function readClock(probe: Probe, clock: number): number | null {
  return gave(probe, 'clock', probe.nvml.calls.clock(probe.device, clock, out)) ? number32(out) : null;
}
