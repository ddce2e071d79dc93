/** Figures that NVML gives by number (nvmlDeviceGetFieldValues): several in one call, each with its own result. */
import { number32, number64 } from './bytes.ts';
import { gave, type Probe } from './probe.ts';
import { NOT_SUPPORTED, SUCCESS, UNKNOWN } from './returns.ts';

/** NVML_FI_DEV_MEMORY_TEMP, NVML_FI_DEV_PCIE_REPLAY_COUNTER, NVML_FI_DEV_GET_GPU_RECOVERY_ACTION. */
const MEMORY_TEMPERATURE = 82;
const PCIE_REPLAYS = 94;
const RECOVERY_ACTION = 230;
const asked = [MEMORY_TEMPERATURE, PCIE_REPLAYS, RECOVERY_ACTION];

/** nvmlFieldValue_t in words of 4 bytes: field, scope, two times of two words, type of the value, result, value. */
const STRIDE = 10;
const TYPE = 6;
const RESULT = 7;
const VALUE = 8;

/** nvmlValueType_t: those of 64 bits. */
const UNSIGNED_LONG = 2;
const UNSIGNED_LONG_LONG = 3;
const SIGNED_LONG_LONG = 4;

const values = new Uint32Array(asked.length * STRIDE);

export interface FieldFigures {
  memoryTemperature: number | null;
  pcieReplays: number | null;
  recoveryAction: number | null;
}

/**
 * In NVML’s units: °C, a count, a number of nvmlDeviceGpuRecoveryAction_t. Each is null on its own; all of them are
 * where the library is older than the call.
 */
export function readFields(probe: Probe): FieldFigures {
  values.fill(0);
  for (const [position, field] of asked.entries()) values[position * STRIDE] = field;
  const result = probe.nvml.calls.fieldValues(probe.device, asked.length, values);
  // Drivers before 570 do not know this field, and which error they answer for that is nowhere told.
  const recovery = 2 * STRIDE + RESULT;
  if (values[recovery] === UNKNOWN) values[recovery] = NOT_SUPPORTED;
  return {
    memoryTemperature: value(probe, 'memory temperature', 0, result),
    pcieReplays: value(probe, 'PCIe replays', 1, result),
    recoveryAction: value(probe, 'recovery action', 2, result),
  };
}

/** A field has an answer of its own, besides that of the call. */
function value(probe: Probe, figure: string, position: number, result: number): number | null {
  const at = position * STRIDE;
  if (!gave(probe, figure, result === SUCCESS ? (values[at + RESULT] ?? result) : result)) return null;
  switch (values[at + TYPE]) {
    case UNSIGNED_LONG:
    case UNSIGNED_LONG_LONG:
    case SIGNED_LONG_LONG:
      return number64(values, at + VALUE);
    default:
      return number32(values, at + VALUE);
  }
}
