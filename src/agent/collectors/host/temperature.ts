/** The processor's temperature from the kernel's hardware monitors (/sys/class/hwmon); null on machines without one. */
import { readdirSync } from 'node:fs';
import { readKernelFile } from '../kernelFile.ts';

/** Monitors of processors: Intel, AMD, AMD by the zenpower module, ARM boards. */
const PROCESSOR_MONITORS = new Set(['coretemp', 'k10temp', 'zenpower', 'cpu_thermal']);

/** Of a monitor's several inputs, those that speak for the whole package. Tctl may have an offset, Tdie has none. */
const PACKAGE_LABELS = [/^Package id /, /^Tdie$/, /^Tctl$/];

/**
 * Paths of the inputs worth reading, one or more per processor package:
 *
 *     hwmon2/name          k10temp
 *     hwmon2/temp1_label   Tctl
 *     hwmon2/temp1_input   47250        (millidegrees Celsius)
 */
export function findTemperatureInputs(root: string): string[] {
  return list(`${root}/sys/class/hwmon`)
    .map((monitor) => `${root}/sys/class/hwmon/${monitor}`)
    .filter((folder) => PROCESSOR_MONITORS.has(readKernelFile(`${folder}/name`)?.trim() ?? ''))
    .flatMap(packageInputs);
}

/** The hottest package in degrees Celsius; null where none answers with a temperature that a processor can have. */
export function readTemperature(inputs: readonly string[]): number | null {
  const readings = inputs
    .map((input) => Number(readKernelFile(input, 32) ?? Number.NaN) / 1000)
    .filter((celsius) => celsius > -60 && celsius < 200);
  return readings.length > 0 ? Math.max(...readings) : null;
}

function packageInputs(folder: string): string[] {
  const inputs = list(folder)
    .filter((file) => /^temp\d+_input$/.test(file))
    .map((file) => ({
      path: `${folder}/${file}`,
      label: readKernelFile(`${folder}/${file.replace('_input', '_label')}`)?.trim() ?? '',
    }));
  for (const wanted of PACKAGE_LABELS) {
    const found = inputs.filter((input) => wanted.test(input.label));
    if (found.length > 0) return found.map((input) => input.path);
  }
  return inputs.slice(0, 1).map((input) => input.path);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
