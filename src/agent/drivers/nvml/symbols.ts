/**
 * The calls of NVML that FlowLine makes, each with its names, newest first: older libraries lack the newer ones.
 * Binding asks for one after the other; a call that no name answers for says FUNCTION_NOT_FOUND, as NVML would.
 *
 * Parameters, a letter each: h a device handle, u an unsigned int, q an unsigned 64-bit number, p a pointer to bytes of
 * ours. Everything goes through buffers made once: that costs a tenth of what marshalled structures do.
 */
import type { LibraryHandle } from 'koffi';
import { FUNCTION_NOT_FOUND } from './returns.ts';

/** By our name: parameters, then NVML's names, newest first. */
export const symbols = {
  initialise: ['', 'nvmlInit_v2', 'nvmlInit'],
  shutdown: ['', 'nvmlShutdown'],
  driverVersion: ['pu', 'nvmlSystemGetDriverVersion'],
  cudaVersion: ['p', 'nvmlSystemGetCudaDriverVersion_v2', 'nvmlSystemGetCudaDriverVersion'],
  deviceCount: ['p', 'nvmlDeviceGetCount_v2', 'nvmlDeviceGetCount'],
  deviceByIndex: ['up', 'nvmlDeviceGetHandleByIndex_v2', 'nvmlDeviceGetHandleByIndex'],
  name: ['hpu', 'nvmlDeviceGetName'],
  uuid: ['hpu', 'nvmlDeviceGetUUID'],
  serial: ['hpu', 'nvmlDeviceGetSerial'],
  vbiosVersion: ['hpu', 'nvmlDeviceGetVbiosVersion'],
  pciInfo: ['hp', 'nvmlDeviceGetPciInfo_v3', 'nvmlDeviceGetPciInfo_v2', 'nvmlDeviceGetPciInfo'],
  memorySecond: ['hp', 'nvmlDeviceGetMemoryInfo_v2'],
  memoryFirst: ['hp', 'nvmlDeviceGetMemoryInfo'],
  utilization: ['hp', 'nvmlDeviceGetUtilizationRates'],
  encoderUtilization: ['hpp', 'nvmlDeviceGetEncoderUtilization'],
  decoderUtilization: ['hpp', 'nvmlDeviceGetDecoderUtilization'],
  temperatureStructure: ['hp', 'nvmlDeviceGetTemperatureV'],
  temperature: ['hup', 'nvmlDeviceGetTemperature'],
  temperatureThreshold: ['hup', 'nvmlDeviceGetTemperatureThreshold'],
  power: ['hp', 'nvmlDeviceGetPowerUsage'],
  powerLimit: ['hp', 'nvmlDeviceGetEnforcedPowerLimit', 'nvmlDeviceGetPowerManagementLimit'],
  energy: ['hp', 'nvmlDeviceGetTotalEnergyConsumption'],
  fanCount: ['hp', 'nvmlDeviceGetNumFans'],
  fanSpeedOf: ['hup', 'nvmlDeviceGetFanSpeed_v2'],
  fanSpeed: ['hp', 'nvmlDeviceGetFanSpeed'],
  clock: ['hup', 'nvmlDeviceGetClockInfo'],
  maxClock: ['hup', 'nvmlDeviceGetMaxClockInfo'],
  performanceState: ['hp', 'nvmlDeviceGetPerformanceState'],
  throttleReasons: [
    'hp',
    'nvmlDeviceGetCurrentClocksEventReasons',
    'nvmlDeviceGetCurrentClocksThrottleReasons',
  ],
  pcieGeneration: ['hp', 'nvmlDeviceGetCurrPcieLinkGeneration'],
  pcieWidth: ['hp', 'nvmlDeviceGetCurrPcieLinkWidth'],
  pcieMaxGeneration: ['hp', 'nvmlDeviceGetMaxPcieLinkGeneration'],
  pcieMaxWidth: ['hp', 'nvmlDeviceGetMaxPcieLinkWidth'],
  pcieThroughput: ['hup', 'nvmlDeviceGetPcieThroughput'],
  pcieReplays: ['hp', 'nvmlDeviceGetPcieReplayCounter'],
  eccMode: ['hpp', 'nvmlDeviceGetEccMode'],
  eccTotal: ['huup', 'nvmlDeviceGetTotalEccErrors'],
  eccDetailed: ['huup', 'nvmlDeviceGetDetailedEccErrors'],
  retiredPagesSecond: ['huppp', 'nvmlDeviceGetRetiredPages_v2'],
  retiredPagesFirst: ['hupp', 'nvmlDeviceGetRetiredPages'],
  retiredPagesPending: ['hp', 'nvmlDeviceGetRetiredPagesPendingStatus'],
  remappedRows: ['hpppp', 'nvmlDeviceGetRemappedRows'],
  migMode: ['hpp', 'nvmlDeviceGetMigMode'],
  persistenceMode: ['hp', 'nvmlDeviceGetPersistenceMode'],
  computeMode: ['hp', 'nvmlDeviceGetComputeMode'],
  fieldValues: ['hup', 'nvmlDeviceGetFieldValues'],
  computeProcesses: [
    'hpp',
    'nvmlDeviceGetComputeRunningProcesses_v3',
    'nvmlDeviceGetComputeRunningProcesses_v2',
  ],
  computeProcessesFirst: ['hpp', 'nvmlDeviceGetComputeRunningProcesses'],
  graphicsProcesses: [
    'hpp',
    'nvmlDeviceGetGraphicsRunningProcesses_v3',
    'nvmlDeviceGetGraphicsRunningProcesses_v2',
  ],
  graphicsProcessesFirst: ['hpp', 'nvmlDeviceGetGraphicsRunningProcesses'],
  mpsProcesses: [
    'hpp',
    'nvmlDeviceGetMPSComputeRunningProcesses_v3',
    'nvmlDeviceGetMPSComputeRunningProcesses_v2',
  ],
  mpsProcessesFirst: ['hpp', 'nvmlDeviceGetMPSComputeRunningProcesses'],
  processUtilization: ['hppq', 'nvmlDeviceGetProcessUtilization'],
  eventSetCreate: ['p', 'nvmlEventSetCreate'],
  eventSetFree: ['h', 'nvmlEventSetFree'],
  registerEvents: ['hqh', 'nvmlDeviceRegisterEvents'],
  eventSetWait: ['hpu', 'nvmlEventSetWait_v2', 'nvmlEventSetWait'],
} as const satisfies Record<string, readonly [parameters: string, ...names: string[]]>;

export type NvmlSymbol = keyof typeof symbols;
/** Answers an nvmlReturn_t. */
export type NvmlCall = (...parameters: (number | ArrayBufferView | null)[]) => number;
export type NvmlCalls = Record<NvmlSymbol, NvmlCall>;

const parameterTypes: Record<string, string> = { h: 'uintptr_t', u: 'uint', q: 'uint64_t', p: 'void *' };

/** Binds every call to the newest name that this library has. */
export function bindCalls(library: LibraryHandle): NvmlCalls {
  const calls: Partial<NvmlCalls> = {};
  for (const [symbol, [parameters, ...names]] of Object.entries(symbols)) {
    const types = [...parameters].map((letter) => parameterTypes[letter] ?? letter);
    calls[symbol as NvmlSymbol] = bindNewest(library, names, types);
  }
  return calls as NvmlCalls;
}

function bindNewest(library: LibraryHandle, names: readonly string[], types: string[]): NvmlCall {
  for (const name of names) {
    try {
      return library.func(name, 'int', types);
    } catch {
      // This library is older than that name: the next one is asked for.
    }
  }
  return () => FUNCTION_NOT_FOUND;
}
