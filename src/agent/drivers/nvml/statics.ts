/** What a GPU is: read once, when it is first met. */
import type { GpuReading } from '../../../model/gpu.ts';
import { number32, text } from './bytes.ts';
import { gave, out, type Probe } from './probe.ts';

/** Longest of NVML's texts: 96 bytes for a name (NVML_DEVICE_NAME_V2_BUFFER_SIZE). */
const letters = Buffer.alloc(96);

/** nvmlPciInfo_t: the old bus id in its first 16 bytes, the one with the wide domain from byte 36 on. */
const pciInfo = Buffer.alloc(68);
const PCI_LEGACY_BUS_ID = 0;
const PCI_BUS_ID = 36;

const SHUTDOWN_THRESHOLD = 0;
const SLOWDOWN_THRESHOLD = 1;
const GRAPHICS_CLOCK = 0;
const MEMORY_CLOCK = 2;

/**
 * Fills `reading` in place, in NVML’s units (°C, MHz); what the driver does not give is null, even where it was known
 * before. Where the probe has a trouble afterwards, the card is to be asked again.
 */
export function readStatics(probe: Probe, reading: GpuReading): void {
  const { calls } = probe.nvml;
  reading.uuid = readText(probe, 'uuid', 'uuid');
  reading.name = readText(probe, 'name', 'name');
  reading.serial = readText(probe, 'serial', 'serial');
  reading.vbiosVersion = readText(probe, 'vbiosVersion', 'VBIOS version');
  reading.pciBusId = readPciBusId(probe);
  reading.slowdownTemperatureCelsius = readThreshold(probe, SLOWDOWN_THRESHOLD);
  reading.shutdownTemperatureCelsius = readThreshold(probe, SHUTDOWN_THRESHOLD);
  reading.maxGraphicsClockMHz = readMaxClock(probe, GRAPHICS_CLOCK);
  reading.maxMemoryClockMHz = readMaxClock(probe, MEMORY_CLOCK);
  const generation = gave(probe, 'PCIe generation', calls.pcieMaxGeneration(probe.device, out));
  reading.pcie.maxGeneration = generation ? number32(out) : null;
  reading.pcie.maxWidth = gave(probe, 'PCIe width', calls.pcieMaxWidth(probe.device, out))
    ? number32(out)
    : null;
}

function readText(
  probe: Probe,
  symbol: 'uuid' | 'name' | 'serial' | 'vbiosVersion',
  figure: string,
): string | null {
  const result = probe.nvml.calls[symbol](probe.device, letters, letters.length);
  return gave(probe, figure, result) ? text(letters) : null;
}

function readPciBusId(probe: Probe): string | null {
  pciInfo.fill(0);
  if (!gave(probe, 'PCI bus id', probe.nvml.calls.pciInfo(probe.device, pciInfo))) return null;
  return text(pciInfo, PCI_BUS_ID) ?? text(pciInfo, PCI_LEGACY_BUS_ID, 16);
}

function readThreshold(probe: Probe, threshold: number): number | null {
  const result = probe.nvml.calls.temperatureThreshold(probe.device, threshold, out);
  return gave(probe, 'temperature threshold', result) ? number32(out) : null;
}

function readMaxClock(probe: Probe, clock: number): number | null {
  return gave(probe, 'maximal clock', probe.nvml.calls.maxClock(probe.device, clock, out))
    ? number32(out)
    : null;
}
