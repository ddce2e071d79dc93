/**
 * Our numbers beside NVIDIA's own header, where a machine has it: what the driver says in a structure that we lay out in
 * another way would be a wrong figure on every card. The stand-in's structures and numbers are compared here, and the
 * driver's reading with the stand-in's everywhere else.
 */
import { describe, expect, test } from 'vitest';
import { findNvmlHeader } from '../../../../test/support/nvmlHeader.ts';
import * as returns from './returns.ts';
import { symbols } from './symbols.ts';
import { computeModeWord, knownPerformanceState, recoveryActionWord, throttleReasonWords } from './words.ts';

const header = findNvmlHeader();

/** The stand-in's structure, NVIDIA's, and their fields in pairs. */
const structures: Record<string, [theirs: string, fields: Record<string, string>]> = {
  memory_v1: ['nvmlMemory_t', { total: 'total', free: 'free', used: 'used' }],
  memory_v2: [
    'nvmlMemory_v2_t',
    { version: 'version', total: 'total', reserved: 'reserved', free: 'free', used: 'used' },
  ],
  utilization: ['nvmlUtilization_t', { gpu: 'gpu', memory: 'memory' }],
  temperature_v1: [
    'nvmlTemperature_v1_t',
    { version: 'version', sensor: 'sensorType', temperature: 'temperature' },
  ],
  pci_info: [
    'nvmlPciInfo_t',
    {
      legacyBusId: 'busIdLegacy',
      domain: 'domain',
      bus: 'bus',
      device: 'device',
      deviceId: 'pciDeviceId',
      subsystemId: 'pciSubSystemId',
      busId: 'busId',
    },
  ],
  process_v1: ['nvmlProcessInfo_v1_t', { pid: 'pid', memory: 'usedGpuMemory' }],
  process_v2: [
    'nvmlProcessInfo_v2_t',
    {
      pid: 'pid',
      memory: 'usedGpuMemory',
      gpuInstance: 'gpuInstanceId',
      computeInstance: 'computeInstanceId',
    },
  ],
  process_v3: [
    'nvmlProcessDetail_v1_t',
    {
      pid: 'pid',
      memory: 'usedGpuMemory',
      gpuInstance: 'gpuInstanceId',
      computeInstance: 'computeInstanceId',
      protectedMemory: 'usedGpuCcProtectedMemory',
    },
  ],
  process_sample: [
    'nvmlProcessUtilizationSample_t',
    {
      pid: 'pid',
      timestamp: 'timeStamp',
      sm: 'smUtil',
      memory: 'memUtil',
      encoder: 'encUtil',
      decoder: 'decUtil',
    },
  ],
  ecc_counts: [
    'nvmlEccErrorCounts_t',
    {
      l1Cache: 'l1Cache',
      l2Cache: 'l2Cache',
      deviceMemory: 'deviceMemory',
      registerFile: 'registerFile',
    },
  ],
  field_value: [
    'nvmlFieldValue_t',
    {
      field: 'fieldId',
      scope: 'scopeId',
      timestamp: 'timestamp',
      latency: 'latencyUsec',
      type: 'valueType',
      result: 'nvmlReturn',
      'value.u': 'value.uiVal',
      'value.l': 'value.ullVal',
    },
  ],
  event_data: [
    'nvmlEventData_t',
    {
      device: 'device',
      type: 'eventType',
      data: 'eventData',
      gpuInstance: 'gpuInstanceId',
      computeInstance: 'computeInstanceId',
    },
  ],
};

/** The stand-in's numbers and NVIDIA's. */
const numbers: Record<string, string> = {
  SUCCESS: 'NVML_SUCCESS',
  INVALID_ARGUMENT: 'NVML_ERROR_INVALID_ARGUMENT',
  NOT_SUPPORTED: 'NVML_ERROR_NOT_SUPPORTED',
  NOT_FOUND: 'NVML_ERROR_NOT_FOUND',
  INSUFFICIENT_SIZE: 'NVML_ERROR_INSUFFICIENT_SIZE',
  TIMEOUT: 'NVML_ERROR_TIMEOUT',
  GPU_IS_LOST: 'NVML_ERROR_GPU_IS_LOST',
  ARGUMENT_VERSION_MISMATCH: 'NVML_ERROR_ARGUMENT_VERSION_MISMATCH',
  GPU_SENSOR: 'NVML_TEMPERATURE_GPU',
  SHUTDOWN_THRESHOLD: 'NVML_TEMPERATURE_THRESHOLD_SHUTDOWN',
  SLOWDOWN_THRESHOLD: 'NVML_TEMPERATURE_THRESHOLD_SLOWDOWN',
  GRAPHICS_CLOCK: 'NVML_CLOCK_GRAPHICS',
  SM_CLOCK: 'NVML_CLOCK_SM',
  MEMORY_CLOCK: 'NVML_CLOCK_MEM',
  VIDEO_CLOCK: 'NVML_CLOCK_VIDEO',
  TRANSMITTED: 'NVML_PCIE_UTIL_TX_BYTES',
  RECEIVED: 'NVML_PCIE_UTIL_RX_BYTES',
  CORRECTED: 'NVML_MEMORY_ERROR_TYPE_CORRECTED',
  UNCORRECTED: 'NVML_MEMORY_ERROR_TYPE_UNCORRECTED',
  VOLATILE: 'NVML_VOLATILE_ECC',
  AGGREGATE: 'NVML_AGGREGATE_ECC',
  MANY_SINGLE_BIT_ERRORS: 'NVML_PAGE_RETIREMENT_CAUSE_MULTIPLE_SINGLE_BIT_ECC_ERRORS',
  DOUBLE_BIT_ERROR: 'NVML_PAGE_RETIREMENT_CAUSE_DOUBLE_BIT_ECC_ERROR',
  MEMORY_TEMPERATURE_FIELD: 'NVML_FI_DEV_MEMORY_TEMP',
  PCIE_REPLAYS_FIELD: 'NVML_FI_DEV_PCIE_REPLAY_COUNTER',
  RECOVERY_ACTION_FIELD: 'NVML_FI_DEV_GET_GPU_RECOVERY_ACTION',
  UNSIGNED_INT_VALUE: 'NVML_VALUE_TYPE_UNSIGNED_INT',
  UNSIGNED_LONG_LONG_VALUE: 'NVML_VALUE_TYPE_UNSIGNED_LONG_LONG',
  XID_EVENT: 'nvmlEventTypeXidCriticalError',
  MEMORY_V2: 'nvmlMemory_v2',
  TEMPERATURE_V1: 'nvmlTemperature_v1',
};

const throttleReasons = {
  nvmlClocksThrottleReasonGpuIdle: 'idle',
  nvmlClocksThrottleReasonApplicationsClocksSetting: 'application-clocks',
  nvmlClocksThrottleReasonSwPowerCap: 'software-power-cap',
  nvmlClocksThrottleReasonHwSlowdown: 'hardware-slowdown',
  nvmlClocksThrottleReasonSyncBoost: 'sync-boost',
  nvmlClocksThrottleReasonSwThermalSlowdown: 'software-thermal',
  nvmlClocksThrottleReasonHwThermalSlowdown: 'hardware-thermal',
  nvmlClocksThrottleReasonHwPowerBrakeSlowdown: 'power-brake',
  nvmlClocksThrottleReasonDisplayClockSetting: 'display-clocks',
};

const computeModes = {
  NVML_COMPUTEMODE_DEFAULT: 'default',
  NVML_COMPUTEMODE_EXCLUSIVE_THREAD: 'exclusive-thread',
  NVML_COMPUTEMODE_PROHIBITED: 'prohibited',
  NVML_COMPUTEMODE_EXCLUSIVE_PROCESS: 'exclusive-process',
};

const recoveryActions = {
  NVML_GPU_RECOVERY_ACTION_NONE: 'none',
  NVML_GPU_RECOVERY_ACTION_GPU_RESET: 'gpu-reset',
  NVML_GPU_RECOVERY_ACTION_NODE_REBOOT: 'node-reboot',
  NVML_GPU_RECOVERY_ACTION_DRAIN_P2P: 'drain-p2p',
  NVML_GPU_RECOVERY_ACTION_DRAIN_AND_RESET: 'drain-and-reset',
};

if (header === null) {
  describe.skip('beside nvml.h: it, or gcc, is not on this machine (FLOWLINE_NVML_HEADER may name it)', () => {
    test('is skipped', () => {});
  });
} else {
  describe(`beside ${header.path}`, () => {
    const known = <T>(pairs: readonly [string, T][]) => pairs.filter(([theirs]) => header.has(theirs));

    test('every structure of the stand-in is laid out as NVIDIA has it', () => {
      const sizes: Record<string, string> = {};
      for (const [ours, [theirs, fields]] of Object.entries(structures)) {
        if (!header.has(theirs)) continue;
        sizes[`sizeof(${ours})`] = `sizeof(${theirs})`;
        for (const [our, their] of Object.entries(fields)) {
          sizes[`offsetof(${ours}, ${our})`] = `offsetof(${theirs}, ${their})`;
          sizes[`sizeof(((${ours} *)0)->${our})`] = `sizeof(((${theirs} *)0)->${their})`;
        }
      }
      expect(named(sizes, Object.keys(sizes))).toEqual(named(sizes, Object.values(sizes)));
    });

    test('every number of the stand-in is the one that NVIDIA has', () => {
      const pairs = Object.fromEntries(Object.entries(numbers).filter(([, theirs]) => header.has(theirs)));
      expect(named(pairs, Object.keys(pairs))).toEqual(named(pairs, Object.values(pairs)));
    });

    test('every return code is the one that NVIDIA has', () => {
      const names = Object.entries(returns).filter(([, code]) => typeof code === 'number');
      const theirs = names.map(([name]) =>
        name === 'SUCCESS' ? 'NVML_SUCCESS' : `NVML_ERROR_${special[name] ?? name}`,
      );
      const kept = names.filter((_, place) => header.has(theirs[place] ?? ''));
      const values = header.valuesOf(theirs.filter(header.has));
      expect(kept).toEqual(kept.map(([name], place) => [name, values[place]]));
    });

    test('every number that stands for a word stands for that word', () => {
      const words: [string, unknown][] = [];
      const tell = <T>(table: Record<string, T>, wordOf: (value: number) => unknown) => {
        const pairs = known(Object.entries(table));
        const values = header.valuesOf(pairs.map(([theirs]) => theirs));
        for (const [place, [theirs]] of pairs.entries()) words.push([theirs, wordOf(values[place] ?? -1)]);
      };
      tell(throttleReasons, (bit) => throttleReasonWords(bit).join());
      tell(computeModes, computeModeWord);
      tell(recoveryActions, recoveryActionWord);
      tell({ NVML_PSTATE_15: 15, NVML_PSTATE_UNKNOWN: null }, knownPerformanceState);
      expect(words).toEqual(
        known(
          Object.entries({
            ...throttleReasons,
            ...computeModes,
            ...recoveryActions,
            NVML_PSTATE_15: 15,
            NVML_PSTATE_UNKNOWN: null,
          }),
        ),
      );
    });

    test('the longest texts fit', () => {
      const longest = [
        'NVML_DEVICE_NAME_V2_BUFFER_SIZE',
        'NVML_DEVICE_UUID_V2_BUFFER_SIZE',
        'NVML_DEVICE_SERIAL_BUFFER_SIZE',
        'NVML_DEVICE_VBIOS_VERSION_BUFFER_SIZE',
      ];
      expect(Math.max(...header.valuesOf(longest.filter(header.has)))).toBeLessThanOrEqual(96);
      expect(header.valuesOf(['NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE'])[0]).toBeLessThanOrEqual(80);
    });

    test('every call takes what we give it', () => {
      const calls = Object.values(symbols).flatMap(([letters, ...names]) =>
        names.map((name): [string, string] => [name, letters]),
      );
      const declared = calls.filter(([name]) => header.parametersOf(name) !== null);
      expect(declared.length).toBeGreaterThan(40);
      expect(declared.map(([name]) => [name, header.parametersOf(name)])).toEqual(declared);
    });

    /** What C says of expressions, under the names of both sides. */
    function named(pairs: Record<string, string>, expressions: readonly string[]) {
      const names = Object.entries(pairs).map(([ours, theirs]) => `${ours} = ${theirs}`);
      const values = header?.valuesOf(expressions) ?? [];
      return Object.fromEntries(names.map((name, place) => [name, values[place]]));
    }
  });
}

/** Where our name of a return code is shorter than theirs. */
const special: Record<string, string> = { LIBRARY_MISMATCH: 'LIB_RM_VERSION_MISMATCH' };
